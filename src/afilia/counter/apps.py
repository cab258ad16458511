from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CounterConfig(AppConfig):
    name = "afilia.counter"

    def ready(self) -> None:
        from afilia.staff.navigation import Entry, add  # noqa: PLC0415  models are not loaded before
        from afilia.staff.rules import Role  # noqa: PLC0415

        add(
            Entry(
                url="counter:keys",
                text=_("Entrega de claves"),
                hint=_("Compruebe los documentos del empleador y entregue su clave."),
                roles=frozenset({Role.COUNTER, Role.SUPERVISOR}),
                order=30,
            )
        )
        add(
            Entry(
                url="counter:cases",
                text=_("Trámites"),
                hint=_("Revise y decida los trámites de la ventanilla virtual."),
                roles=frozenset(),
                order=25,
            )
        )
        add(
            Entry(
                url="counter:codes",
                text=_("Códigos de extranjeros"),
                hint=_("Lea el código QR de la solicitud, compare y emita el código."),
                roles=frozenset({Role.COUNTER, Role.SUPERVISOR}),
                order=32,
                at_office=True,
            )
        )
