"""The browser of the journeys: Debian's Chromium, installed when it is missing and that is allowed.

`python -m tests.browser --install` installs it, or prints why it cannot and which tests do not run.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
]
JOURNEYS = "tests/journeys"


@cache
def path() -> str | None:
    """Where the browser is: AFILIA_TEST_BROWSER, or the first of NAMES on the PATH."""
    chosen = os.environ.get("AFILIA_TEST_BROWSER")
    if chosen:
        return chosen if Path(chosen).exists() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def why_not() -> str | None:
    """One line that says which tests do not run for want of a browser; None when there is one."""
    if path():
        return None
    return f"The browser journeys ({JOURNEYS}) do not run: {_why_not_installed()}"


def install() -> None:
    """Install Chromium through apt, as root or with a sudo that does not ask."""
    if path() or _why_not_allowed():
        return
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive", "--preserve-env=DEBIAN_FRONTEND"]
    for arguments in (
        ["update"],
        ["install", "--yes", "--no-install-recommends", "chromium", "fonts-liberation"],
    ):
        subprocess.run([*sudo, "apt-get", "--quiet=2", *arguments], env=environment, check=False)
    path.cache_clear()


def _why_not_allowed() -> str | None:
    if not shutil.which("apt-get"):
        return "there is no apt-get"
    if os.geteuid() == 0:
        return None
    if not shutil.which("sudo"):
        return "it takes root to install packages"
    asked = subprocess.run(["sudo", "--non-interactive", "true"], capture_output=True, check=False)
    return "it takes root to install packages" if asked.returncode else None


def _why_not_installed() -> str:
    reason = _why_not_allowed() or "apt-get could not install it"
    return f"no Chromium was found and {reason}. Install chromium, or set AFILIA_TEST_BROWSER to a browser."


if __name__ == "__main__":
    if "--install" in sys.argv[1:]:
        install()
    if line := why_not():
        print(line)  # noqa: T201
