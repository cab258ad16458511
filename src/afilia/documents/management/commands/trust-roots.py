"""`afilia trust-roots add FILE… | list | remove FINGERPRINT`: whose signatures we believe."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.documents import actions, queries
from afilia.documents.models import TrustRoot

SHORTEST = 8  # digits of a fingerprint that names one


class Command(BaseCommand):
    help = (
        "The certification authorities whose electronic signatures are believed in received files. "
        "None is shipped: take the certificates from the authorities themselves and compare the fingerprints."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        add = commands.add_parser("add", help="believe the certificates in files, PEM or DER")
        add.add_argument("files", type=Path, nargs="+", metavar="FILE")
        listed = commands.add_parser("list", help="show whom we believe")
        listed.add_argument("--json", action="store_true", help="print one JSON list")
        remove = commands.add_parser("remove", help="believe one no more")
        remove.add_argument("fingerprint", help=f"SHA-256, or its first {SHORTEST} digits or more")

    def handle(self, *_args: object, what: str, **options: Any) -> None:
        if what == "add":
            self._add(options["files"])
        elif what == "list":
            self._list(as_json=options["json"])
        else:
            self._remove(options["fingerprint"])

    def _add(self, paths: list[Path]) -> None:
        for path in paths:
            try:
                added = actions.add_trust_roots(
                    content=path.read_bytes(), actor="operator", now=timezone.now()
                )
            except OSError as error:
                raise CommandError(f"No se puede leer {path}: {error.strerror}.") from error
            except actions.NotARootError as error:
                raise CommandError(f"{path}: {error}") from error
            for root in added:
                self._show(root)
            if not added:
                self.stdout.write(f"{path}: ya constaba; no cambió nada.")

    def _list(self, *, as_json: bool) -> None:
        roots = queries.trust_roots()
        if as_json:
            shown = [
                {"fingerprint": root.pk, "name": root.name, "valid_until": root.valid_until.isoformat()}
                for root in roots
            ]
            self.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2))
            return
        for root in roots:
            self._show(root)
        if not roots:
            self.stdout.write(
                "Ninguna: no se cree en ninguna firma electrónica. Agregue con `afilia trust-roots add FILE`."
            )

    def _remove(self, fingerprint: str) -> None:
        if len(fingerprint.replace(":", "")) < SHORTEST:
            raise CommandError(f"Escriba al menos {SHORTEST} dígitos de la huella.")
        try:
            root = actions.remove_trust_root(fingerprint=fingerprint, actor="operator", now=timezone.now())
        except TrustRoot.DoesNotExist:
            raise CommandError(
                f"Ninguna tiene la huella {fingerprint}; vea `afilia trust-roots list`."
            ) from None
        except TrustRoot.MultipleObjectsReturned:
            raise CommandError(f"Varias empiezan por {fingerprint}; escriba más dígitos.") from None
        self.stdout.write(f"Ya no se cree en «{root.name}».")

    def _show(self, root: TrustRoot) -> None:
        self.stdout.write(f"{root.pk}  {root.valid_until:%Y-%m-%d}  {root.name}")
