from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests import browser as chromium
from tests.journeys.portal import Portal, running

PICTURES = Path(__file__).parents[2] / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

CheckAccess = Callable[[Page], None]
TakePicture = Callable[[Page, str], Path]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("journey")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal that all journeys share: they read, or write what does not disturb the others."""
    with running(tmp_path_factory.mktemp("portal")) as shared:
        yield shared


@pytest.fixture
def fresh_portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal for one journey, with nothing but the demo in it."""
    with running(tmp_path / "portal") as own:
        yield own


# Not for the session: Playwright leaves an event loop running in this thread, and Django refuses to
# reach the database from such a thread. A module's tests run one after the other.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if reason := chromium.why_not():
        pytest.skip(reason)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium.path(), args=chromium.FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Make pages that share nothing; the options are those of Playwright's new_context."""
    contexts = []

    def new(**options: object) -> Page:
        settings = {"viewport": DESKTOP, "locale": "es-EC", "timezone_id": "America/Guayaquil", **options}
        contexts.append(browser.new_context(**settings))
        contexts[-1].set_default_timeout(10_000)
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def no_js_page(new_page: Callable[..., Page]) -> Page:
    return new_page(java_script_enabled=False)


@pytest.fixture
def phone_page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport=PHONE, has_touch=True)


@pytest.fixture(scope="session")
def axe() -> CheckAccess:
    """Assert that the page as it stands has no violation, and that it does not scroll sideways."""
    checker = Axe()

    def check(page: Page) -> None:
        found = checker.run(page, options={"runOnly": {"type": "tag", "values": WCAG_AA}})
        assert not found.violations_count, f"{page.url}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url

    return check


@pytest.fixture(scope="session")
def picture() -> TakePicture:
    """Save a picture of the whole page as `pictures/NAME.png`."""

    def take(page: Page, name: str) -> Path:
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return take
