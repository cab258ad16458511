import sys

from django.core.management.base import BaseCommand
from django.utils import timezone

from afilia.ops import doctor


class Command(BaseCommand):
    help = "Check settings, database, files, signature, worker, ledger and SRI; exit status 1 on trouble."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        results = doctor.examine(now=timezone.now())
        for name, passed, line in results:
            self.stdout.write(f"{'ok     ' if passed else 'TROUBLE'}  {name:<10} {line}")
        if not all(passed for _, passed, _ in results):
            sys.exit(1)
