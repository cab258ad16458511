"""axe on every page that one reaches by links, in both languages, wide and narrow, dark, without script.

`make axe` walks the demo as a visitor, an employer and each official, and writes what it found to
site/data/accessibility.json, from which the accessibility page tells it. Exit status 1 on violations, and on
Spanish that a page in English has left.
"""

import json
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from bench.walk import Person, pages, people
from tests import browser as chromium
from tests.journeys import portal
from tests.journeys.conftest import WCAG_AA, show
from tests.spanish import left_in

RESULT = Path(__file__).parents[1] / "src" / "afilia" / "site" / "data" / "accessibility.json"
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG_AA}, "resultTypes": ["violations"]}


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a page is looked at."""

    language: str
    width: int
    dark: bool = False
    script: bool = True

    def __str__(self) -> str:
        parts = (self.language, f"{self.width} px", self.dark and "dark", not self.script and "no script")
        return ", ".join(part for part in parts if part)


WAYS = (
    Way(language="es", width=1280),
    Way(language="en", width=320, dark=True),
    Way(language="es", width=320, script=False),
    Way(language="en", width=1280, dark=True, script=False),
)


def main() -> int:
    if chromium.why_not():
        print(chromium.why_not())
        return 1
    found: list[str] = []
    seen: Counter[str] = Counter()
    walked = 0
    version = ""
    with (
        tempfile.TemporaryDirectory(prefix="afilia-axe-") as folder,
        portal.running(Path(folder) / "portal") as running,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        for person in people(browser, running):
            looks = [Eyes(browser, person, way) for way in WAYS]
            for path in pages(browser, running, person, seen):
                walked += 1
                for eyes in looks:
                    version, faults = eyes.judge(running.url(path))
                    found += [f"{path} ({person.name}; {eyes.way}): {fault}" for fault in faults]
            for eyes in looks:
                eyes.close()
            print(f"{person.name}: {walked} pages so far, {len(found)} violations", flush=True)
        browser.close()
    print(*found, sep="\n")
    RESULT.write_text(
        json.dumps(
            {
                "on": date.today().isoformat(),  # noqa: DTZ011  the day on which it was measured, where it was
                "axe": version,
                "pages": walked,
                "kinds": len(seen),
                "ways": [str(way) for way in WAYS],
                "violations": len(found),
            },
            indent=2,
        )
        + "\n",
        "utf-8",
    )
    return 1 if found else 0


class Eyes:
    """One way of looking, as one person: a browser that stays open from page to page."""

    def __init__(self, browser: Browser, person: Person, way: Way) -> None:
        self.way = way
        options: dict[str, Any] = {
            "viewport": {"width": way.width, "height": 900},
            "color_scheme": "dark" if way.dark else "light",
        }
        self._page = browser.new_page(
            storage_state=person.state,  # type: ignore[arg-type]
            extra_http_headers={"Accept-Language": way.language},
            java_script_enabled=way.script,
            **options,
        )
        self._copy = None if way.script else browser.new_page(**options)

    def judge(self, address: str) -> tuple[str, list[str]]:
        """The version of axe, and what it finds on a page; scrolling sideways and Spanish in English too."""
        self._page.goto(address)
        spanish = left_in(self._page.content()) if self.way.language == "en" else []
        if self._copy:
            show(self._page, self._copy)
        version, faults = _axe(self._copy or self._page)
        return version, faults + [f"in Spanish: {text}" for text in spanish]

    def close(self) -> None:
        for page in filter(None, (self._page, self._copy)):
            page.close()  # and its context with it


def _axe(page: Page) -> tuple[str, list[str]]:
    result: dict[str, Any] = Axe().run(page, options=OPTIONS).response
    faults = [
        f"{violation['id']}: {node['html'][:120]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]
    if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
        faults.append("scrolls sideways")
    return result["testEngine"]["version"], faults


if __name__ == "__main__":
    sys.exit(main())
