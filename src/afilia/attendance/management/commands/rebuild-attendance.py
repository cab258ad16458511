"""`afilia rebuild-attendance CODE DATE`: the figures of a closed day again, from the ledger."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from afilia.attendance.actions import rebuild
from afilia.offices import queries

NOTHING = 2


class Command(BaseCommand):
    help = "Write down the figures of a closed day of an office again, from the ledger and nothing else."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("office", metavar="CODE")
        parser.add_argument("on", type=date.fromisoformat, metavar="DATE", help="as 2026-12-31")

    def handle(self, *_args: object, office: str, on: date, **_options: object) -> None:
        found = queries.office(office)
        changed = rebuild(office=found, on=on) if found else None
        if changed is None:
            raise CommandError(
                f"No hay un día cerrado {on} de la oficina {office}. No se cambió nada.", returncode=NOTHING
            )
        self.stdout.write(
            "Las cifras eran otras y se escribieron de nuevo." if changed else "Las cifras ya eran estas."
        )
