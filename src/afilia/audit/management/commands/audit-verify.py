from typing import Any

from django.core.management.base import BaseCommand, CommandError

from afilia.audit import queries


class Command(BaseCommand):
    help = "Verify the hash chain of the audit ledger and print its head."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = queries.verify()
        if broken is not None:
            raise CommandError(f"The chain breaks at entry {broken.pk}: it, or one before it, was changed.")
        self.stdout.write(f"The chain is whole. Head: {queries.head().hex()}")
