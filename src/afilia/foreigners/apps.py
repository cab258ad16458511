from django.apps import AppConfig


class ForeignersConfig(AppConfig):
    name = "afilia.foreigners"

    def ready(self) -> None:
        from afilia.appointments import on_the_day  # noqa: PLC0415  models are not loaded before
        from afilia.foreigners.views.by_appointment import offer  # noqa: PLC0415

        on_the_day.offer("foreigners", offer)
