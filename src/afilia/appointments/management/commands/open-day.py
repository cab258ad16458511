"""`afilia open-day DATE`: takes back what `afilia close-day` closed."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.appointments.actions import ClosureRefusedError, open_day
from afilia.appointments.management.places import NOTHING, add_place, office_id
from afilia.offices.rules import ClosureFault

NOTHING_DONE = "No se abrió nada."
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
        add_place(parser)

    def handle(
        self, *_args: object, on: date, office: str | None, province: str | None, **_options: object
    ) -> None:
        try:
            kept = open_day(
                on=on,
                office_id=office_id(office, otherwise=NOTHING_DONE),
                province=province or "",
                actor="operator",
                now=timezone.now(),
            )
        except ClosureRefusedError as error:
            raise CommandError(f"{FAULTS[error.fault]} {NOTHING_DONE}", returncode=NOTHING) from error
        self.stdout.write(f"Cierre levantado. Turnos que se conservan y se avisan por correo: {len(kept)}.")
