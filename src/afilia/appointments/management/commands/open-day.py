"""`afilia open-day DATE`: takes back what `afilia close-day` closed."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.appointments.actions import ClosureRefusedError, open_day
from afilia.offices import queries
from afilia.offices.provinces import PROVINCES
from afilia.offices.rules import ClosureFault

NOTHING = 2
FAULTS = {
    ClosureFault.PAST: "Ese día ya pasó.",
    ClosureFault.NONE: "No hay un cierre anotado así para ese día; los feriados no son cierres.",
}


class Command(BaseCommand):
    help = (
        "Take back all that was closed on a day for an office, a province or all offices. Who was moved "
        "meanwhile keeps the new place; whoever was told to choose one keeps the old one and is told so."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("on", type=date.fromisoformat, metavar="DATE", help="as 2026-12-31")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--office", metavar="CODE")
        where.add_argument("--province", metavar="CODE", choices=[*PROVINCES], help="two digits, as 17")
        where.add_argument("--everywhere", action="store_true")

    def handle(
        self, *_args: object, on: date, office: str | None, province: str | None, **_options: object
    ) -> None:
        found = queries.office(office) if office else None
        if office and found is None:
            raise CommandError(
                f"No hay una oficina con el código {office}. No se abrió nada.", returncode=NOTHING
            )
        try:
            kept = open_day(
                on=on,
                office_id=found.pk if found else None,
                province=province or "",
                actor="operator",
                now=timezone.now(),
            )
        except ClosureRefusedError as error:
            raise CommandError(f"{FAULTS[error.fault]} No se abrió nada.", returncode=NOTHING) from error
        self.stdout.write(f"Cierre levantado. Turnos que se conservan y se avisan por correo: {len(kept)}.")
