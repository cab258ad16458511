import asyncio

from django.core.management.base import BaseCommand

from afilia.ops import worker


class Command(BaseCommand):
    help = "Run jobs until stopped. Any number of workers may run, on any number of machines."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        asyncio.run(worker.run())
