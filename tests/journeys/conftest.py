import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import browser as chromium
from tests.journeys.portal import Portal, first_start, running

expect.set_options(timeout=30_000)  # ms; what is expected comes, however busy the machine is

PICTURES = Path(__file__).parents[2] / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What differs between two visits to the same page: tokens against forgery, references, identity numbers.
CHANGING = re.compile(r"\b(?:[A-Za-z0-9]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4,12}){4})\b|\d{10}")

WithoutScript = set[BrowserContext]
Looks = tuple[str, int, bool, bool]  # markup, width, on paper, without script
CheckAccess = Callable[[Page], None]
TakePicture = Callable[[Page, str], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("journey")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The portal that all journeys share: they read, or write what does not disturb the others."""
    like = first_start(tmp_path_factory)
    with running(tmp_path_factory.mktemp("shared") / "portal", like=like) as shared:
        yield shared


@pytest.fixture
def fresh_portal(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal for one journey, with nothing but the demo in it."""
    with running(tmp_path / "portal", like=first_start(tmp_path_factory)) as own:
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
        contexts[-1].set_default_timeout(30_000)
        return contexts[-1].new_page()

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()


@pytest.fixture
def no_js_page(new_page: Callable[..., Page], without_script: WithoutScript) -> Page:
    """A telephone without script: what fits there, and does its work there, does so elsewhere."""
    page = new_page(viewport=PHONE, has_touch=True, java_script_enabled=False)
    without_script.add(page.context)
    return page


@pytest.fixture
def phone_page(new_page: Callable[..., Page]) -> Page:
    return new_page(viewport=PHONE, has_touch=True)


@pytest.fixture
def without_script() -> WithoutScript:
    """The contexts whose pages run no script."""
    return set()


@pytest.fixture(scope="session")
def found_right() -> set[Looks]:
    """The pages of this session that had no violation."""
    return set()


@pytest.fixture
def axe(without_script: WithoutScript, found_right: set[Looks], new_page: Callable[..., Page]) -> CheckAccess:
    """Assert that the page as it stands has no violation, and that it does not scroll sideways.

    Half the steps of the journeys are others' too: the same markup at the same width is judged once.
    """
    checker = Axe()
    copies: dict[BrowserContext, Page] = {}
    options = {"runOnly": {"type": "tag", "values": WCAG_AA}, "resultTypes": ["violations"]}

    def judge(page: Page) -> None:
        found = checker.run(page, options=options)
        assert not found.violations_count, f"{page.url}\n{found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url

    def check(page: Page) -> None:
        page.wait_for_load_state()  # a press may have begun to leave for it a moment ago
        unscripted = page.context in without_script
        width, printed = page.evaluate("[window.innerWidth, matchMedia('print').matches]")
        looks = (CHANGING.sub("", page.content()), width, printed, unscripted)
        if looks in found_right:
            return
        if unscripted:
            copy = copies.get(page.context) or copies.setdefault(page.context, new_page())
            copy.set_viewport_size(page.viewport_size or PHONE)
            show(page, copy)
            judge(copy)
        else:
            judge(page)
        found_right.add(looks)

    return check


def show(page: Page, copy: Page) -> None:
    """Let a page on which axe can run show one without script as that stands, with no script of its own."""
    content = page.content().replace("noscript>", "div>")  # there it is text to no one
    copy.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # as they were given
    copy.unroute_all()
    copy.route("**/*.js", lambda route: route.abort())
    copy.route(page.url, lambda route: route.fulfill(body=content, content_type="text/html"))
    copy.goto(page.url)


@pytest.fixture(scope="session")
def picture(pytestconfig: pytest.Config) -> TakePicture:
    """With --pictures, save a picture of the whole page as `pictures/NAME.png`, once a session for a name."""
    wanted: bool = pytestconfig.getoption("pictures")
    taken: set[str] = set()

    def take(page: Page, name: str) -> None:
        if wanted and name not in taken:
            page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
            taken.add(name)

    return take
