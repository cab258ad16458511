from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from afilia.staff import navigation
from afilia.staff.rules import Role


class StaffConfig(AppConfig):
    name = "afilia.staff"

    def ready(self) -> None:
        navigation.add(
            navigation.Entry(
                url="staff:team",
                text=_("Equipo de trabajo"),
                hint=_("Agregue cuentas, cambie roles y entregue claves nuevas."),
                roles=frozenset({Role.SUPERVISOR}),
                order=90,
            )
        )
