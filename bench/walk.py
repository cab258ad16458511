"""Every page that one reaches by links, as each kind of person: which addresses there are to judge.

Pages of one kind are told by their address without numbers and codes; of each kind the first few are taken.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page

from afilia.ops import demo
from tests.journeys.portal import Portal

OF_A_KIND = 2  # pages that are taken of each kind
LEAVING = re.compile(r"/salir/|setlang|\.(?:pdf|csv|json|txt|xlsx|ics|xml|svg|png)$|/original/|/numero/$")
CHANGING = re.compile(r"/[^/]*(?:\d|[A-Z]{3})[^/]*(?=/)|/[0-9a-f-]{20,}(?=/)|(?<=/hallazgos)/[^/]+(?=/)")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who walks: with the storage of a browser that is signed in, from the page on which they begin."""

    name: str
    state: dict[str, object] | None
    starts: tuple[str, ...]


def people(browser: Browser, portal: Portal) -> Iterator[Person]:
    """A visitor, an employer with its key, and an official of each role."""
    yield Person(name="visitor", state=None, starts=("/",))
    key = portal.keys[0]
    with _page(browser) as page:
        page.goto(portal.url("/empleadores/ingresar/"))
        page.locator("input[name=number]").fill(key.number)
        page.locator("input[name=key]").fill(key.key)
        _press(page)
        yield Person(name="employer", state=_state(page.context), starts=("/empleadores/",))
    staff = tomllib.loads((demo.HERE / "staff.toml").read_text("utf-8"))
    for official in staff["member"]:
        with _page(browser) as page:
            page.goto(portal.url("/funcionarios/"))
            page.locator("input[name=email]").fill(official["email"])
            page.locator("input[name=key]").fill(staff["key"])
            _press(page)
            page.locator("input[name=code]").fill(page.locator(".govuk-inset-text .app-code").inner_text())
            _press(page)
            yield Person(name=official["label"], state=_state(page.context), starts=("/funcionarios/",))


def pages(browser: Browser, portal: Portal, person: Person, seen: Counter[str]) -> Iterator[str]:
    """The paths that a person reaches by links, of each kind the first few that nobody in `seen` had."""
    with _page(browser, state=person.state) as page:
        waiting, known = [*person.starts], set(person.starts)
        while waiting:
            path = waiting.pop(0)
            kind = CHANGING.sub("/*", urlsplit(path).path)
            if seen[kind] >= OF_A_KIND:
                continue
            try:
                answer = page.goto(portal.url(path))
            except Error as error:
                if "ERR_ABORTED" not in error.message:
                    raise
                continue  # a file, which the browser would keep
            if answer is None or "html" not in answer.headers.get("content-type", ""):
                continue
            assert answer.ok, f"{person.name}: {path} answers {answer.status}"
            seen[kind] += 1
            yield path
            links: list[str] = page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
            for link in links:
                parts = urlsplit(link)
                there = parts.path + (f"?{parts.query}" if parts.query else "")
                if link.startswith(portal.base_url) and there not in known and not LEAVING.search(parts.path):
                    known.add(there)
                    waiting.append(there)


def _page(browser: Browser, *, state: dict[str, object] | None = None) -> "_Opened":
    return _Opened(browser.new_context(storage_state=state, locale="es-EC"))  # type: ignore[arg-type]


class _Opened:
    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    def __enter__(self) -> Page:
        return self._context.new_page()

    def __exit__(self, *_error: object) -> None:
        self._context.close()


def _state(context: BrowserContext) -> dict[str, object]:
    return dict(context.storage_state())


def _press(page: Page) -> None:
    page.locator("main form button:not([type=button])").first.click()
    page.wait_for_load_state()
