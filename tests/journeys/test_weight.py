"""What the first page costs who comes for the first time, over the wire."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.journeys.portal import Portal

LIMIT = 60 * 1024  # bytes, with fonts and scripts


def test_the_first_page_is_light(portal: Portal, new_page: Callable[..., Page]) -> None:
    page = new_page()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(portal.url("/"))
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    assert len(sizes) >= 5  # page, style, scripts, font, icon
    assert sum(sizes) <= LIMIT
