"""`afilia formats`: write docs/formats from the data, or with --check say what is stale."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from afilia.novedades.formats import markdown

FOLDER = settings.BASE_DIR.parent.parent / "docs" / "formats"


class Command(BaseCommand):
    help = "Write docs/formats from the layouts, code lists and texts of findings."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *_args: Any, check: bool, folder: Path, **_options: Any) -> None:
        wanted = markdown.documents()
        there = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
        stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        if check and stale:
            raise CommandError(f"Stale in {folder.name}: {', '.join(stale)}. Run `afilia formats`.")
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            if name in wanted:
                (folder / name).write_text(wanted[name], "utf-8")
            else:
                (folder / name).unlink()
