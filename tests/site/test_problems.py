"""The pages of what goes wrong. Where a test has no mark for the database, a query in it fails."""

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.urls import include, path

from tests.builders import make_employer, make_key, signed_in_client
from tests.spanish import left_in

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
ASIDE = ["csrf", "maintenance"]  # pages of problems besides those that are called by their status
FAULTS: dict[str, Exception] = {
    "400": SuspiciousOperation(),
    "403": PermissionDenied(),
    "413": RequestDataTooBig(),
    "413-fields": TooManyFieldsSent(),
    "413-files": TooManyFilesSent(),
    "500": ZeroDivisionError(),
    "503": OperationalError(),
    "503-lost": InterfaceError(),
}
STATUSES = [400, 403, 404, 405, 413, 429, 500, 503]


def failing(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def silent(_request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(status=status)


# The portal's own addresses, and one for every way in which a page may fail.
urlpatterns = [
    path("", include("afilia.config.urls")),
    *(path(f"fails/{name}/", failing(error)) for name, error in FAULTS.items()),
    path("silent/<int:status>/", silent),
]
handler400 = "afilia.site.views.bad_request"
handler500 = "afilia.site.views.server_error"
pytestmark = [pytest.mark.urls(__name__), pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def spanish() -> Client:
    return Client(headers={"accept-language": "es-EC"}, raise_request_exception=False)


@pytest.mark.parametrize("name", [*FAULTS, "404"])
def test_failure_says_what_to_do_and_shows_no_traceback(spanish: Client, name: str) -> None:
    response = spanish.get(f"/fails/{name}/")
    page = response.content.decode()
    assert response.status_code == int(name[:3])
    assert f"Código {name[:3]}" in page
    assert 'href="/"' in page
    assert "Traceback" not in page
    assert not INLINE.search(page)


@pytest.mark.parametrize("status", [403, 405, 429, 503])
def test_answer_without_a_word_gets_its_page(spanish: Client, status: int) -> None:
    response = spanish.get(f"/silent/{status}/")
    assert response.status_code == status
    assert f"Código {status}" in response.content.decode()


def test_address_of_a_form_that_is_opened_says_so_and_what_it_takes(spanish: Client) -> None:
    response = spanish.get("/empleadores/salir/")
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "no se envió nada" in response.content.decode()


@pytest.mark.parametrize("address", ["/silent/429/", "/silent/503/", "/fails/503/", "/fails/503-lost/"])
def test_who_comes_too_early_is_told_when_to_come_back(spanish: Client, address: str) -> None:
    assert int(spanish.get(address).headers["Retry-After"]) > 0


@pytest.mark.parametrize("name", [*map(str, STATUSES), *ASIDE])
def test_page_of_a_failure_needs_no_request(name: str) -> None:
    assert "<h1" in render_to_string(f"{name}.html")


@pytest.mark.parametrize("name", [*FAULTS, "404"])
def test_failure_is_told_in_the_language_of_the_browser(name: str) -> None:
    client = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    page = client.get(f"/fails/{name}/").content.decode()
    assert '<html lang="en"' in page
    assert f"Code {name[:3]}" in page
    assert left_in(page) == []


def test_page_that_is_not_found_can_be_searched_for(spanish: Client) -> None:
    page = spanish.get("/nada/").content.decode()
    assert '<form action="/buscar/" method="get" role="search"' in page
    assert (
        '<label class="govuk-label govuk-label--s" for="search">Busque un trámite o una respuesta</label>'
        in page
    )
    assert 'id="search" name="q"' in page


def test_form_without_its_token_loses_nothing_and_says_so() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "es"})
    response = strict.post("/idioma/setlang/", {"language": "en"})
    assert response.status_code == 403
    assert "no se perdió nada" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/nada/", "/empleadores/salir/", "/empleadores/plazos/"])
def test_who_is_signed_in_is_told_that_the_database_is_away(spanish: Client, address: str) -> None:
    signed_in_client(spanish, make_key(make_employer()))
    with connection.execute_wrapper(away):
        response = spanish.get(address)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert "sigue registrado" in response.content.decode()


def away(*_query: object) -> None:
    raise OperationalError("connection refused")
