from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "afilia.documents"

    def ready(self) -> None:
        from afilia.documents import checks  # noqa: F401, PLC0415  registers itself
