"""What journeys do on a page."""

import time

import pyotp
from playwright.sync_api import Page

STEP = 30  # seconds that a code of the app lives
USED: dict[str, int] = {}  # the step of the last code, by the secret of the app


def code_of_app(secret: str) -> str:
    """A code of an authenticator app that was not used yet, if need be that of a clock which is fast."""
    USED[secret] = max(int(time.time()) // STEP, USED.get(secret, 0) + 1)
    return pyotp.TOTP(secret).generate_otp(USED[secret])


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"input[name={name}]").fill(text)
