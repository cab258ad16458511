from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from afilia.transparency.actions import building


class Command(BaseCommand):
    help = "Make the monthly figures of what the ledger tells since the last time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rebuild", action="store_true", help="forget all of them first, and say whether any changed"
        )

    def handle(self, *args: Any, rebuild: bool, **options: Any) -> None:
        if rebuild:
            changed = building.rebuild(now=timezone.now())
            print("rebuilt: some figures were others before" if changed else "rebuilt: the same figures")
            return
        months = building.build(now=timezone.now())
        print("built:", ", ".join(f"{month:%Y-%m}" for month in months) or "nothing new")
