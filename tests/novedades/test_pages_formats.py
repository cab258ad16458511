"""The public pages about formats and findings."""

import html
import io
import re
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from afilia.novedades.catalogue import catalogue, finding_texts
from afilia.novedades.check import FileCheck
from afilia.novedades.rules.layouts import Context

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
LAYOUTS = catalogue(TODAY).layouts
FORMATS = "/empleadores/batch/formatos/"
FINDINGS = "/ayuda/hallazgos/"


def read(client: Client, path: str, language: str = "es") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    page = response.content.decode()
    assert f'<html lang="{language}"' in page
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page)
    assert len(re.findall(r"<h1", page)) == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    return html.unescape(page)


@pytest.mark.parametrize("language", ["es", "en"])
def test_list_leads_to_every_format_and_its_downloads(client: Client, language: str) -> None:
    page = read(client, FORMATS, language)
    for kind, layout in LAYOUTS.items():
        assert layout.name[language] in page
        for name in ("format", "format-template", "format-sample"):
            assert f'href="{reverse(f"novedades:{name}", args=[kind])}"' in page


def test_list_names_the_formats_that_are_not_published(client: Client) -> None:
    page = read(client, FORMATS)
    assert page.count("Formato no publicado") == 2
    assert page.count("Retirado") == 1
    for kind in ("RRT", "RHT"):
        assert kind in page
        assert reverse("novedades:format", args=[kind]) not in page


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("kind", LAYOUTS)
def test_format_page_shows_fields_codes_and_source(client: Client, kind: str, language: str) -> None:
    page = read(client, reverse("novedades:format", args=[kind]), language)
    layout = LAYOUTS[kind]
    assert layout.name[language] in page
    assert layout.summary[language] in page
    for field in layout.fields:
        assert re.search(rf"<th[^>]*>{field.name}</th>", page)
        if field.codes:
            assert f'href="#{field.codes.name}"' in page
            assert f'id="{field.codes.name}"' in page
    sample = re.search(r'<code class="app-line app-record"[^>]*>(.*?)</code>', page)
    assert sample
    assert re.sub(r"<[^>]+>", "", sample[1]) == layout.sample
    if kind in catalogue(TODAY).deadlines:
        assert "Ley de Seguridad Social, art. 73" in page


def test_format_page_says_how_this_installation_counts_days(client: Client, settings: object) -> None:
    path = reverse("novedades:format", args=["ENT"])
    assert "Este portal cuenta días calendario." in read(client, path)
    settings.POLICY = type(settings.POLICY)(foreigner_prefixes=("61",), working_days=True, max_bytes=1024)
    assert "Este portal cuenta días hábiles" in read(client, path)


def test_retired_format_says_so(client: Client) -> None:
    assert "Este tipo se retiró" in read(client, reverse("novedades:format", args=["MND"]))
    assert "Este tipo se retiró" not in read(client, reverse("novedades:format", args=["MSU"]))


@pytest.mark.parametrize("name", ["format", "format-sample", "format-template"])
@pytest.mark.parametrize("kind", ["RRT", "XXX", "msu", "MSU.txt", "ñ"])
def test_unknown_format_is_not_found(client: Client, name: str, kind: str) -> None:
    assert client.get(reverse(f"novedades:{name}", args=[kind])).status_code == 404


@pytest.mark.parametrize("kind", LAYOUTS)
def test_sample_downloads_as_a_file_that_passes_the_check(client: Client, kind: str) -> None:
    response = client.get(reverse("novedades:format-sample", args=[kind]))
    assert response["Content-Disposition"] == f'attachment; filename="{kind}_2026-01.txt"'
    check = FileCheck(
        lambda: io.BytesIO(response.content), context=Context(catalogue=catalogue(TODAY), today=TODAY)
    )
    assert [chunk.values.height for chunk in check.chunks()] == [1]
    assert check.totals.rejected == 0


@pytest.mark.parametrize("kind", LAYOUTS)
def test_template_downloads_as_a_workbook(client: Client, kind: str) -> None:
    response = client.get(
        reverse("novedades:format-template", args=[kind]), headers={"accept-language": "es"}
    )
    assert response["Content-Disposition"] == f'attachment; filename="{kind}_plantilla.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(response.content)).sheetnames == [kind, "Instrucciones"]


def test_catalogue_is_json_for_anyone(client: Client) -> None:
    response = client.get(reverse("novedades:catalogue"))
    assert response["Content-Type"] == "application/json"
    whole = response.json()
    assert [layout["type"] for layout in whole["layouts"]] == [*LAYOUTS]
    assert [finding["code"] for finding in whole["findings"]] == [*finding_texts()]
    assert "Modificación" in response.content.decode()


@pytest.mark.parametrize("language", ["es", "en"])
def test_help_leads_to_every_finding(client: Client, language: str) -> None:
    page = read(client, FINDINGS, language)
    for code, text in finding_texts(language).items():
        assert f'href="{reverse("novedades:finding", args=[code])}"' in page
        assert text.title in page


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("code", finding_texts())
def test_finding_page_explains_it_with_its_example(client: Client, code: str, language: str) -> None:
    page = read(client, f"{FINDINGS}{code}/", language)
    text = finding_texts(language)[code]
    assert text.title in page
    assert text.meaning in page
    assert page.count('<code class="app-line') == bool(text.before) + bool(text.after)


def test_empty_field_is_told_to_those_who_do_not_see_the_mark(client: Client) -> None:
    page = read(client, f"{FINDINGS}field.empty/")
    assert '<mark><span class="govuk-visually-hidden">vacío</span></mark>' in page
    assert "<mark>650.00</mark>" in page


def test_unknown_finding_is_not_found(client: Client) -> None:
    for code in ("nothing.here", "id", "id.check-digit.x"):
        assert client.get(f"{FINDINGS}{code}/").status_code == 404


@pytest.mark.parametrize("path", [FORMATS, f"{FORMATS}MSU/", f"{FORMATS}catalogo.json", FINDINGS])
def test_pages_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200
