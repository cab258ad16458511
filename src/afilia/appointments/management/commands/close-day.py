"""`afilia close-day DATE`: closes an office, a province or all offices on a day or a part of it."""

from datetime import date, time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.appointments.actions import ClosureRefusedError, close_day
from afilia.appointments.management.places import NOTHING, add_place, office_id
from afilia.offices.rules import ClosureFault

NOTHING_DONE = "No se cerró nada."
FAULTS = {
    ClosureFault.PAST: "Ese día ya pasó.",
    ClosureFault.HOURS: "El cierre termina antes de empezar. Hasta el final del día se escribe sin --until.",
    ClosureFault.REASON: "Escriba el motivo en una frase corta: las personas lo leen en su correo.",
}


class Command(BaseCommand):
    help = (
        "Close an office, all of a province or all offices on a day. From then on nothing is booked there, "
        "and the worker gives everybody who was booked another place, or tells them to choose one."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_place(parser)
        parser.add_argument("--from", dest="from_time", type=time.fromisoformat, metavar="HH:MM")
        parser.add_argument("--until", dest="until_time", type=time.fromisoformat, metavar="HH:MM")
        parser.add_argument("--reason", required=True, help="in Spanish: people read it in their mail")

    def handle(
        self,
        *_args: object,
        on: date,
        office: str | None,
        province: str | None,
        from_time: time | None,
        until_time: time | None,
        reason: str,
        **_options: object,
    ) -> None:
        try:
            closure = close_day(
                on=on,
                office_id=office_id(office, otherwise=NOTHING_DONE),
                province=province or "",
                from_time=from_time,
                until_time=until_time,
                reason=reason,
                actor="operator",
                now=timezone.now(),
            )
        except ClosureRefusedError as error:
            raise CommandError(f"{FAULTS[error.fault]} {NOTHING_DONE}", returncode=NOTHING) from error
        self.stdout.write(f"Cierre {closure.pk} anotado. A quienes tenían turno se les avisa por correo.")
