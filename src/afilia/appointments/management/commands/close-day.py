"""`afilia close-day DATE`: closes an office, a province or all offices on a day or a part of it."""

from datetime import date, time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.appointments.actions import ClosureRefusedError, close_day
from afilia.offices import queries
from afilia.offices.provinces import PROVINCES
from afilia.offices.rules import ClosureFault

NOTHING = 2
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
        parser.add_argument("on", type=date.fromisoformat, metavar="DATE", help="as 2026-12-31")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--office", metavar="CODE")
        where.add_argument("--province", metavar="CODE", choices=[*PROVINCES], help="two digits, as 17")
        where.add_argument("--everywhere", action="store_true")
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
        found = queries.office(office) if office else None
        if office and found is None:
            raise CommandError(
                f"No hay una oficina con el código {office}. No se cerró nada.", returncode=NOTHING
            )
        try:
            closure = close_day(
                on=on,
                office_id=found.pk if found else None,
                province=province or "",
                from_time=from_time,
                until_time=until_time,
                reason=reason,
                actor="operator",
                now=timezone.now(),
            )
        except ClosureRefusedError as error:
            raise CommandError(f"{FAULTS[error.fault]} No se cerró nada.", returncode=NOTHING) from error
        self.stdout.write(f"Cierre {closure.pk} anotado. A quienes tenían turno se les avisa por correo.")
