"""`afilia translations`: bring the English catalogue up to date, or with --check say what it lacks."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from afilia.site import translations

CATALOGUE = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po"


class Command(BaseCommand):
    help = "Merge every Spanish sentence of the code into the English catalogue."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when something is missing"
        )
        parser.add_argument("--catalogue", type=Path, default=CATALOGUE)

    def handle(self, *_args: Any, check: bool, catalogue: Path, **_options: Any) -> None:
        template = translations.extracted(settings.BASE_DIR)
        if not check:
            translations.merge(catalogue, template)
        found = translations.problems(catalogue, template)
        for line in found:
            self.stdout.write(line)
        if found and check:
            raise CommandError(f"{len(found)} sentences need attention in {catalogue.name}.")
