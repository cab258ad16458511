"""What journeys do on a page."""

from playwright.sync_api import Page


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"input[name={name}]").fill(text)
