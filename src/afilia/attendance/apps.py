from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    name = "afilia.attendance"

    def ready(self) -> None:
        from afilia.appointments import on_the_day  # noqa: PLC0415  models are not loaded before
        from afilia.attendance.views.public import number_of  # noqa: PLC0415
        from afilia.staff.navigation import Entry, add  # noqa: PLC0415
        from afilia.staff.rules import Role  # noqa: PLC0415

        on_the_day.add("attendance", number_of)
        add(
            Entry(
                url="attendance:agenda",
                text=_("Turnos de hoy"),
                hint=_("Reciba a quienes llegan y llame a su ventanilla a quien le toca."),
                roles=frozenset({Role.COUNTER, Role.SUPERVISOR}),
                order=10,
                at_office=True,
            )
        )
        add(
            Entry(
                url="attendance:figures",
                text=_("Cifras de atención"),
                hint=_("Esperas, ausencias y personas atendidas por día y por trámite."),
                roles=frozenset({Role.SUPERVISOR}),
                order=20,
                at_office=True,
            )
        )
