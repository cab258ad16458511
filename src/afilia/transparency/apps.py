from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TransparencyConfig(AppConfig):
    name = "afilia.transparency"

    def ready(self) -> None:
        from afilia.staff.navigation import Entry, add  # noqa: PLC0415  models are not loaded before
        from afilia.transparency.rules.complaints import ROLES  # noqa: PLC0415

        add(
            Entry(
                url="transparency:queue",
                text=_("Quejas"),
                hint=_("Responda las quejas y los agradecimientos dentro de su plazo."),
                roles=ROLES,
                order=40,
            )
        )
