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
from tests.builders import give_access, make_branch, make_employer, make_employment, signed_in_client
from tests.novedades.labour import register

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


@pytest.mark.django_db
@pytest.mark.parametrize("act", [None, *Act])
def test_no_page_leads_to_what_was_not_given(client: Client, act: Act | None) -> None:
    employment = make_employment(branch=make_branch(make_employer()))
    register(employment, "ENT", amount="482")
    register(employment, "MSU", amount="600")
    given = give_access(employment.employer, acts=[act] if act else [])
    signed_in_client(client, given.key).post(f"/contadores/clientes/{given.pk}/ingresar/")
    found = {"/empleadores/": "the portal"}
    for address in (todo := [*found]):
        answer = client.get(address)
        assert answer.status_code != 403, f"{address} from {found[address]}"
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            linked = re.findall(r'href="(/empleadores/[^"#]*)"', answer.content.decode())
            new = {page for page in linked if not page.startswith(FORMATS)} - found.keys()
            found |= dict.fromkeys(new, address)
            todo += new
    assert len(found) > 20


@pytest.mark.django_db
def test_cards_that_are_not_for_an_accountant_are_not_shown(client: Client) -> None:
    signed_in_client(client, (given := give_access(make_employer())).key)
    client.post(f"/contadores/clientes/{given.pk}/ingresar/")
    recovery = 'href="/empleadores/clave/recuperar/"'
    assert recovery not in client.get("/empleadores/").content.decode()
    assert recovery in Client().get("/empleadores/").content.decode()


FORMATS = "/empleadores/batch/formatos/"  # for anybody


def filled(path: str) -> str:
    """An address of a route, with some value for each part; of a kind of an app's own its first word."""
    values = {"int": "1", "uuid": str(UUID(int=1)), "str": "MSU", "slug": "alguno", "path": "x"}
    own = {name: kind.regex.split("|")[0].lstrip("(?:") for name, kind in get_converters().items()}
    return re.sub(r"<(\w+):\w+>", lambda part: {**own, **values}[part[1]], path)
