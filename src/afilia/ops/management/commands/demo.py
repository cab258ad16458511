from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from afilia.ops.demo import whole


class Command(BaseCommand):
    help = "Load made-up employers, workers and history into an empty database."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError("Set AFILIA_DEMO=1: made-up people have no place in a real portal.")
        loaded = whole.load(now=timezone.now())
        self.stdout.write(
            "The demo is loaded." if loaded else "There are employers already; nothing was changed."
        )
