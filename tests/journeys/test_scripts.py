"""The page's scripts, whichever of its parts comes first."""

from playwright.sync_api import Page, Request, Route, expect

from tests.journeys import filing
from tests.journeys.portal import Portal

LISTEN = "addEventListener('htmx:load', () => { document.documentElement.dataset.begun = '' })"


def test_a_picture_that_comes_late_does_not_stop_what_the_page_asks_for(portal: Portal, page: Page) -> None:
    key = portal.keys[0]
    filing.sign_in(page, portal, number=key.number, key=key.key)
    late: list[Route] = []
    asked: list[Request] = []

    def keep(route: Route) -> None:
        late.append(route)

    page.route("**/icon*.svg", keep)
    page.on("request", lambda request: asked.append(request) if "htmx" in request.url else None)
    page.add_init_script(LISTEN)
    page.goto(portal.url("/empleadores/"), wait_until="domcontentloaded")
    expect(page.locator("body.govuk-frontend-supported")).to_be_attached()
    for request in asked:
        response = request.response()
        assert response
        response.finished()
    assert late
    for route in late:
        route.continue_()
    expect(page.locator("html[data-begun]")).to_be_attached()
