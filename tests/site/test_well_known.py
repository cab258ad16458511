from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def fields(response: object) -> dict[str, str]:
    lines = response.content.decode().splitlines()  # type: ignore[attr-defined]
    return dict(line.split(": ", 1) for line in lines)


def test_security_txt_says_where_to_write_and_until_when_that_holds(client: Client) -> None:
    said = fields(client.get("/.well-known/security.txt"))
    assert said["Contact"] == settings.SECURITY_CONTACT
    assert said["Canonical"].endswith("/.well-known/security.txt")
    expires = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert (
        timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    )  # less than a year: RFC 9116


def test_without_a_contact_there_is_no_security_txt(client: Client, settings: object) -> None:
    settings.SECURITY_CONTACT = ""  # type: ignore[attr-defined]
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.django_db
def test_the_map_lists_pages_that_open_for_anybody(client: Client) -> None:
    root = ElementTree.fromstring(client.get("/sitemap.xml").content)
    paths = [place.text.removeprefix("http://testserver") for place in root.iter(f"{NAMESPACE}loc")]
    assert {"/", "/tramites/", "/tramites/clave-patronal/", "/ayuda/", "/verificar/"} <= set(paths)
    assert len(paths) == len(set(paths))
    for language in ("es", "en"):
        for path in paths:
            assert client.get(path, headers={"accept-language": language}).status_code == 200, path


def test_robots_keeps_out_of_what_is_somebodys_own_and_names_the_map(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /funcionarios/" in lines
    assert {f"Allow: /empleadores/{page}$" for page in ("", "ingresar/", "registro/")} <= {*lines}
    assert lines[-1].endswith("/sitemap.xml")
    for line in lines[1:-1]:
        path = line.split(": ")[1]
        known = [str(pattern.pattern) for pattern in get_resolver().url_patterns for pattern in of(pattern)]
        assert any(one.startswith(path.strip("/$")) for one in known), path


def of(included: object) -> list[object]:
    return getattr(included, "url_patterns", [])


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/livez", "/static/site/icon.svg", "/no-such-page/"])
@pytest.mark.django_db
def test_every_answer_keeps_the_browser_from_what_no_page_needs(client: Client, path: str) -> None:
    answer = client.get(path)
    headers = answer.headers
    answer.close()  # a file stays open until then
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff" or path.startswith("/static/")
