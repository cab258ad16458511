"""What each page of employers asks of who was given access, wherever it is in the portal."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import get_converters

from afilia.access.acts import NAMES
from afilia.access.rules.acts import Act
from afilia.novedades.rules.acts import ACTS
from afilia.novedades.rules.layouts import Effect
from tests.builders import give_access, make_employer, signed_in_client

OPEN = (  # pages of employers for who is not signed in
    "ingresar/",
    "salir/",
    "clave/activar/",
    "clave/recuperar/",
    "clave/documentos/",
    "registro/",
    "formularios/",
    "correo/objetar/",
    "batch/formatos/",
)


def pages(
    resolver: URLResolver | None = None, path: str = "", space: str = ""
) -> Iterator[tuple[str, str, object]]:
    """Each address of the portal: its path, its name, its view."""
    for each in (resolver or get_resolver()).url_patterns:
        route = path + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from pages(each, route, each.namespace or space)
        elif isinstance(each, URLPattern):
            yield route, f"{space}:{each.name}", each.callback


def test_each_page_of_employers_says_what_it_asks() -> None:
    rest = {
        f"{name} {page}"
        for path, name, view in pages()
        if (page := path.removeprefix("empleadores/")) not in {path, ""} and not hasattr(view, "asks")
    }
    silent = {page for page in rest if not page.split()[1].startswith(OPEN)}
    assert not silent


def test_each_type_of_novedad_is_an_act() -> None:
    assert ACTS.keys() == set(Effect)


def test_each_act_has_a_name() -> None:
    assert NAMES.keys() == set(Act)


@pytest.mark.django_db
def test_who_only_reads_sends_nothing_to_any_page(client: Client) -> None:
    """Whatever page there is, and whoever adds another: what it takes is asked before its view runs."""
    signed_in_client(client, (given := give_access(make_employer())).key)
    client.post(f"/contadores/clientes/{given.pk}/ingresar/")
    for path, name, view in pages():
        asks = getattr(view, "asks", None)
        if asks in {None, "itself", "own"}:
            continue
        address = f"/{filled(path)}"
        answers = {method: getattr(client, method)(address).status_code for method in ("get", "post")}
        refused = {"post": 403} if asks == "reading" else {"get": 403, "post": 403}
        found = {method: answers[method] for method in refused}
        assert all(found[method] in {refused[method], 405} for method in refused), f"{name}: {answers}"


def filled(path: str) -> str:
    """An address of a route, with some value for each part; of a kind of an app's own its first word."""
    values = {"int": "1", "uuid": str(UUID(int=1)), "str": "MSU", "slug": "alguno", "path": "x"}
    own = {name: kind.regex.split("|")[0].lstrip("(?:") for name, kind in get_converters().items()}
    return re.sub(r"<(\w+):\w+>", lambda part: {**own, **values}[part[1]], path)
