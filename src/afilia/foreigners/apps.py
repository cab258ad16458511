from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForeignersConfig(AppConfig):
    name = "afilia.foreigners"

    def ready(self) -> None:
        from afilia.appointments import on_the_day  # noqa: PLC0415  models are not loaded before
        from afilia.foreigners.views.by_appointment import offer  # noqa: PLC0415
        from afilia.staff.navigation import Entry, add  # noqa: PLC0415
        from afilia.staff.rules import Role  # noqa: PLC0415

        on_the_day.offer("foreigners", offer)
        add(
            Entry(
                url="foreigners:legal-powers",
                text=_("Poderes notariales"),
                hint=_("Valide los poderes de quienes pedirán códigos de extranjeros."),
                roles=frozenset({Role.LEGAL}),
                order=28,
            )
        )
        add(
            Entry(
                url="foreigners:desk-entries",
                text=_("Entradas provisionales"),
                hint=_("Las que nadie completó a tiempo, para avisar a sus empleadores."),
                roles=frozenset({Role.COUNTER, Role.SUPERVISOR}),
                order=29,
            )
        )
        add(
            Entry(
                url="foreigners:register",
                text=_("Registro de extranjeros"),
                hint=_("Busque a una persona por cualquiera de sus números, y una los que son de la misma."),
                roles=frozenset({Role.COUNTER, Role.SUPERVISOR}),
                order=36,
            )
        )
