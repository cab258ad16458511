"""The portal in English has no Spanish left, but for what `lang="es"` declares."""

from collections.abc import Iterable

import pytest
from django.test import Client

from afilia.access.rules.acts import Act
from afilia.site.sitemaps import PagesSitemap
from afilia.staff.rules import Role
from tests.builders import (
    give_access,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    signed_in_client,
)
from tests.help.test_topics import DOWNLOAD, NO_PAGE, addresses
from tests.spanish import known, left_in
from tests.staff.builders import make_factor, make_office, make_staff, sign_in_staff


@pytest.fixture
def english() -> Client:
    return Client(headers={"accept-language": "en"})


def without_arguments() -> list[str]:
    return [
        f"/{path.rstrip('$')}"
        for name, path in addresses()
        if "<" not in path and name not in NO_PAGE and not DOWNLOAD.search(path.rstrip("$"))
    ]


def spanish_in(client: Client, paths: Iterable[str], *, sending: bool = False) -> list[str]:
    """Each text in Spanish, after its page; with `sending` also of what an empty form gets for an answer."""
    found = []
    for path in paths:
        for answer in (client.get(path), *([client.post(path)] if sending else [])):
            if "html" in answer.headers.get("Content-Type", ""):
                found += [f"{path}: {text}" for text in left_in(answer.content.decode())]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<p>Ask for a turno, number 7.</p>", []),
        ("<p>Lista de espera</p>", ["Lista de espera"]),
        ('<p>Under the <span lang="es">Ley de Seguridad Social</span>, art. 73</p>', []),
        ('<p lang="es">Ley <b>de Seguridad</b></p><p>y más</p>', ["y más"]),
        ('<img alt="Sello de la entidad"><br lang="es">', ["Sello de la entidad"]),
        ("<p>BODEGAS DE EJEMPLO</p><script>let la</script>", []),
    ],
)
def test_spanish_is_told_from_english(html: str, left: list[str]) -> None:
    assert left_in(html) == left


def test_a_sentence_of_the_catalogue_is_known_whatever_its_words() -> None:
    assert "Salir" in known()
    assert left_in("<button> Salir\n</button><p>No</p>") == ["Salir"]


@pytest.mark.django_db
def test_no_public_page_has_spanish_left(english: Client) -> None:
    assert spanish_in(english, {*PagesSitemap().items(), *without_arguments()}, sending=True) == []


@pytest.mark.django_db
def test_no_page_of_an_employer_has_spanish_left(english: Client) -> None:
    key = make_key(employer := make_employer(name="Ejemplo S. A."))
    make_employment(branch=make_branch(employer))
    signed_in_client(english, key)
    assert spanish_in(english, without_arguments()) == []


@pytest.mark.django_db
def test_no_page_of_an_accountant_has_spanish_left(english: Client) -> None:
    signed_in_client(english, (given := give_access(make_employer(name="Ejemplo S. A."), acts=[Act.PAY])).key)
    english.post(f"/contadores/clientes/{given.pk}/ingresar/")
    assert spanish_in(english, without_arguments()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", Role)
def test_no_page_of_an_official_has_spanish_left(english: Client, role: Role) -> None:
    member = make_staff(role, names="Ana Ejemplo", office=make_office(name="Norte", address="Ejemplo 1"))
    make_factor(member)
    sign_in_staff(english, member)
    assert spanish_in(english, (path for path in without_arguments() if "/funcionarios" in path)) == []
