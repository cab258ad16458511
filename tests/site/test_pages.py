import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.builders import make_employer, make_key, signed_in_client

PAGES = ["/", "/empleadores/", "/ayuda/", "/accesibilidad/"]
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)


@pytest.fixture
def spanish() -> Client:
    return Client(headers={"accept-language": "es-EC"}, raise_request_exception=False)


@pytest.mark.parametrize("address", PAGES)
def test_page_opens_for_anyone_and_reads_no_database(spanish: Client, address: str) -> None:
    response = spanish.get(address)
    page = response.content.decode()
    assert response.status_code == 200
    assert '<html lang="es"' in page
    assert page.count("<h1") == 1
    assert not INLINE.search(page)


@pytest.mark.parametrize(("language", "tag"), [("es-EC,es", "es"), ("en-GB,en", "en"), ("fr", "es")])
def test_page_speaks_the_language_of_the_browser(language: str, tag: str) -> None:
    page = Client(headers={"accept-language": language}).get("/").content.decode()
    assert f'<html lang="{tag}"' in page


def test_language_switch_is_remembered_and_returns_to_the_page(spanish: Client) -> None:
    response = spanish.post("/idioma/setlang/", {"language": "en", "next": "/ayuda/?page=2"})
    assert response.headers["Location"] == "/ayuda/?page=2"
    assert '<html lang="en"' in spanish.get("/ayuda/").content.decode()


def test_language_switch_leads_to_no_other_site(spanish: Client) -> None:
    response = spanish.post("/idioma/setlang/", {"language": "en", "next": "https://example.org/"})
    assert response.headers["Location"] == "/"


def test_scripts_and_styles_may_come_from_the_portal_alone(spanish: Client) -> None:
    policy = spanish.get("/").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy + ";"
    assert "style-src 'self';" in policy + ";"


def test_page_names_only_files_that_are_served(spanish: Client) -> None:
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', spanish.get("/").content.decode())
    assert {Path(name).name for name in files} == {
        "app.css",
        "app.js",
        "atkinson-hyperlegible-next.woff2",
        "icon.svg",
    }
    for name in files:
        response = spanish.get(name)
        assert response.status_code == 200
        assert b"".join(response.streaming_content)


def test_demo_says_that_its_people_are_made_up(spanish: Client, settings: object) -> None:
    assert "personas y empresas inventadas" in spanish.get("/").content.decode()
    settings.DEMO = False  # type: ignore[attr-defined]
    assert "inventadas" not in spanish.get("/").content.decode()


def test_collected_files_carry_their_digest_and_find_each_other(settings: object, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    build = tmp_path / "site" / "build"
    (style,) = build.glob("app.*.css")
    fonts = re.findall(r'url\("?([^")]+\.woff2)', style.read_text())
    assert len(fonts) == 2
    assert all((build / font).exists() for font in fonts)
    assert "sourceMappingURL" not in (build / "govuk-frontend.min.js").read_text()


@pytest.mark.django_db
def test_head_of_the_page_says_for_whom_one_is_signed_in_and_lets_one_out(spanish: Client) -> None:
    key = make_key(employer=make_employer(name="Flores & Hijos"))
    page = signed_in_client(spanish, key).get("/").content.decode()
    assert "<strong>Flores &amp; Hijos</strong>" in page
    assert key.employer.ruc in page
    assert '<form action="/empleadores/salir/" method="post">' in page
    assert key.number not in page


def test_head_of_the_page_names_nobody_to_a_stranger(spanish: Client) -> None:
    assert "app-holder" not in spanish.get("/").content.decode()
