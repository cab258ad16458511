"""`afilia batch FILE --employer RUC`: an operator files for an employer, as the portal does."""

import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.access.queries import holder_of
from afilia.batches import actions, queries
from afilia.batches.actions import Sender, UploadRefusal, UploadRefusedError
from afilia.batches.forms import kept_name
from afilia.batches.models import Batch
from afilia.batches.rules import Mode, Refusal, State
from afilia.documents import queries as documents
from afilia.documents.models import Kind
from afilia.employers.models import Employer
from afilia.novedades.catalogue import finding_texts
from afilia.novedades.check import FileCheck
from afilia.novedades.offline import SEVERITIES, explained
from afilia.novedades.rules.marks import Severity

DONE, REJECTED, NOT_JUDGED = 0, 1, 2
BLOCK = 1024 * 1024  # bytes
SHOWN_ERRORS = 20
OPERATOR = "operador"
LONGEST_OPERATOR = 20  # characters

COUNTS = {
    "lines": "Líneas",
    "new": "Nuevas",
    "corrections": "Correcciones",
    "unchanged": "Ya constaban",
    "rejected": "Rechazadas",
    "warnings": "Advertencias",
}
REFUSALS = {
    Refusal.ERRORS_IN_FILE: "No se registró nada: hay líneas rechazadas y el modo es «todo o nada». "
    "Corrija el archivo, o use --mode good o --mode percent.",
    Refusal.TOO_MANY_ERRORS: "No se registró nada: las líneas rechazadas pasan de --max-errors. "
    "Corrija el archivo, o repita la orden con un número mayor.",
    Refusal.NOTHING_TO_REGISTER: "No se registró nada: ninguna línea trae algo nuevo. "
    "Si hay correcciones y son intencionales, use --corrections.",
}
STATES = {
    State.RECEIVED: "recibida",
    State.REFUSED: "el archivo no se puede revisar",
    State.PLANNED: "revisada, sin registrar",
    State.CONFIRMED: "confirmada, registrándose",
    State.REGISTERED: "registrada",
    State.DISCARDED: "descartada",
}
UPLOAD_REFUSALS = {
    UploadRefusal.TOO_LARGE: "El archivo pasa de AFILIA_BATCH_MAX_MB. Divídalo y envíe cada parte.",
    UploadRefusal.DISK_FULL: "No se pudo guardar el archivo: el disco de AFILIA_FILES_DIR está lleno o no "
    "responde. Libere espacio y repita la orden.",
    UploadRefusal.TOO_MUCH_WAITING: "El empleador tiene demasiados archivos sin confirmar. "
    "Que confirme o descarte alguno, o espere a que venzan.",
}


class Command(BaseCommand):
    help = (
        "Plan a batch file for an employer, register it when --mode is given, and print its receipt. "
        "Exit status: 0 done, 1 lines rejected or nothing registered, 2 not judged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--employer", metavar="RUC", required=True)
        parser.add_argument("--novedad", metavar="TYPE", help="the type that the file must hold, such as MSU")
        parser.add_argument(
            "--mode",
            choices=[mode.value for mode in Mode],
            help="register: all or nothing, good lines, up to N %% of errors",
        )
        parser.add_argument(
            "--max-errors", metavar="N", type=int, help="percent of the lines, with --mode percent"
        )
        parser.add_argument("--corrections", action="store_true", help="corrections are meant: register them")
        who = parser.add_mutually_exclusive_group()
        who.add_argument(
            "--by",
            metavar="NUMBER",
            help="a person with a key of the employer, who files for the branches of that key",
        )
        who.add_argument(
            "--operator",
            metavar="NAME",
            default=OPERATOR,
            help=f"an operator, who files for the whole employer (default: {OPERATOR})",
        )
        parser.add_argument("--plan-only", action="store_true", help="register nothing, whatever --mode says")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(
        self,
        *_args: object,
        file: Path,
        employer: str,
        novedad: str | None,
        mode: str | None,
        max_errors: int | None,
        corrections: bool,
        by: str | None,
        operator: str,
        plan_only: bool,
        **options: Any,
    ) -> None:
        if (mode == Mode.PERCENT) != (max_errors is not None):
            raise _wrong("--mode percent y --max-errors van juntos.")
        if max_errors is not None and not 0 <= max_errors <= 100:
            raise _wrong("--max-errors va de 0 a 100.")
        now = timezone.now()
        sender = _sender(employer, by, operator)
        batch = _receive(file, sender, novedad, now=now)
        actions.plan(batch_id=batch.id, attempt=batch.attempt, now=now, clock=timezone.now)
        batch.refresh_from_db()
        refusal = None
        if mode and not plan_only and batch.state == State.PLANNED:
            refusal = actions.confirm(
                batch_id=batch.id,
                sender=sender,
                mode=Mode(mode),
                max_error_percent=max_errors,
                corrections_meant=corrections,
                now=now,
            )
        if not plan_only:
            actions.register(batch_id=batch.id, now=now, clock=timezone.now)
        actions.issue_receipt(batch_id=batch.id, now=timezone.now())
        batch.refresh_from_db()
        report = _report(batch, refusal)
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(f"{line}\n" for line in _in_words(batch, report, refusal))
        if status := _status(batch, refusal):
            sys.exit(status)


def _wrong(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=NOT_JUDGED)


def _sender(ruc: str, number: str | None, operator: str) -> Sender:
    employer = Employer.objects.filter(ruc=ruc).first()
    if employer is None:
        raise _wrong(f"No consta ningún empleador con el RUC {ruc}.")
    if number is None:
        return Sender(employer=employer, by_number=_operator(operator), key_id=None, branches=None)
    holder = holder_of(employer, number=number)
    if holder is None:
        raise _wrong(
            f"Nadie con la identificación {number} tiene clave de {ruc}. "
            "Revise --by, o use --operator NOMBRE para registrar como operador."
        )
    return Sender(employer=employer, by_number=number, key_id=holder.key_id, branches=holder.branches)


def _operator(name: str) -> str:
    """The name as it will stand on the receipt, where it must not pass for somebody's identification."""
    if not (0 < len(name) <= LONGEST_OPERATOR and name.isprintable() and name == name.strip()):
        raise _wrong(f"--operator es un nombre de 1 a {LONGEST_OPERATOR} caracteres.")
    if not any(sign.isalpha() for sign in name):
        raise _wrong("--operator es un nombre, con letras. Para una persona con clave use --by NÚMERO.")
    return name


def _receive(path: Path, sender: Sender, novedad: str | None, *, now: datetime) -> Batch:
    context = actions.context(timezone.localdate(now))
    if novedad and novedad not in context.catalogue.layouts:
        raise _wrong(f"No existe el tipo {novedad}. Tipos: {', '.join(context.catalogue.layouts)}.")
    try:
        check = FileCheck(lambda: path.open("rb"), context=context, novedad=novedad)
    except OSError as error:
        raise _wrong(f"No se puede leer {path}: {error.strerror}.") from error
    if check.anchor is None:
        reasons = [row["fix"] for row in explained(check.file_findings) if row["severity"] == Severity.ERROR]
        raise _wrong(" ".join([f"{path.name} no se puede revisar.", *reasons]))
    try:
        return actions.receive(
            sender=sender,
            novedad=check.anchor.type,
            file_name=kept_name(path.name),
            chunks=_blocks(path),
            now=now,
        )
    except UploadRefusedError as error:
        raise _wrong(UPLOAD_REFUSALS[error.reason]) from error


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _status(batch: Batch, refusal: Refusal | None) -> int:
    if batch.state == State.REFUSED:
        return NOT_JUDGED
    return REJECTED if refusal or batch.summary["rejected"] or _changed(batch) else DONE


def _changed(batch: Batch) -> bool:
    """Whether it was confirmed and came back, as the history had changed."""
    return batch.state == State.PLANNED and batch.summary.get("changed", False)


def _report(batch: Batch, refusal: Refusal | None) -> dict[str, Any]:
    """What is printed as JSON; `receipt` is null where there is none."""
    receipt = batch.receipt
    return {
        "batch": str(batch.id),
        "employer": batch.employer.ruc,
        "file": batch.file_name,
        "sha256": batch.sha256,
        "novedad": batch.novedad,
        "state": batch.state,
        "refusal": refusal,
        "changed": _changed(batch),
        "mode": batch.mode or None,
        "counts": {name: batch.summary[name] for name in COUNTS},
        "active_before": batch.summary["active_before"],
        "active_after": batch.summary["active_after"],
        "active_corrected": batch.summary["active_corrected"],
        "findings": [
            {"severity": severity, "code": code, "count": count}
            for severity, code, count in batch.summary["codes"]
        ],
        "receipt": receipt
        and {
            "number": receipt.number,
            "code": documents.code_of(kind=Kind.RECEIPT, number=receipt.number),
            "pdf": str(documents.path_of(receipt.file)),
        },
    }


def _in_words(batch: Batch, report: dict[str, Any], refusal: Refusal | None) -> Iterator[str]:
    yield f"{batch.file_name} ({batch.novedad}), {batch.employer.name}, RUC {batch.employer.ruc}"
    yield f"Carga {batch.id}: {STATES[State(batch.state)]}"
    yield ""
    for name, label in COUNTS.items():
        yield f"{label:<14}{report['counts'][name]:>10}"
    yield f"Trabajadores activos: {report['active_before']} antes, {report['active_after']} después."
    if report["findings"]:
        yield ""
    for found in report["findings"]:
        title = finding_texts()[found["code"]].title
        yield f"{found['count']:>8}  {SEVERITIES[found['severity']]:<12} {found['code']:<24} {title}"
    yield ""
    yield from _errors(batch)
    yield from _outcome(batch, report, refusal)


def _errors(batch: Batch) -> Iterator[str]:
    """The first errors, with their remedies."""
    found = queries.findings(batch, severity=Severity.ERROR, first=0, count=SHOWN_ERRORS)
    errors = [*explained(queries.file_findings(batch)), *explained(found.findings)]
    for row in errors:
        if row["severity"] == Severity.ERROR:
            place = f"Línea {row['line']}" if row["line"] else "Archivo"
            field = f", campo {row['column']} ({row['field']})" if row["column"] else ""
            yield f"{place}{field}: {row['code']}. {row['fix']}"
    if found.total > SHOWN_ERRORS:
        yield f"… y {found.total - SHOWN_ERRORS} errores más: están en el informe de la carga en el portal."
    if errors:
        yield ""


def _outcome(batch: Batch, report: dict[str, Any], refusal: Refusal | None) -> Iterator[str]:
    if report["receipt"]:
        yield f"Comprobante {report['receipt']['number']}, código {report['receipt']['code']}"
        yield report["receipt"]["pdf"]
    elif refusal:
        yield REFUSALS.get(refusal, "No se registró nada: la carga cambió entretanto. Repita la orden.")
    elif report["changed"]:
        yield "No se registró nada: la historia laboral cambió, y con ella este resultado."
        yield "Revíselo y repita la orden."
    elif batch.state == State.PLANNED:
        yield "No se registró nada todavía. Para registrar, repita la orden con --mode all, good o percent."
    elif batch.state == State.REFUSED:
        yield "No se registró nada: el archivo no se puede revisar."
