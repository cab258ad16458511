import pytest
from django.test import Client

from afilia.procedures.catalogue import load


@pytest.mark.parametrize("slug", sorted(load().procedures))
def test_page_says_all_that_the_catalogue_says(client: Client, slug: str) -> None:
    page = client.get(f"/tramites/{slug}/", headers={"accept-language": "es"}).content.decode()
    procedure = load().procedures[slug]
    assert page.count("<h1") == 1
    assert procedure.name.es in page
    for way in procedure.ways:
        for requirement in way.requirements:
            for option in requirement.options:
                assert option.document.name.es in page
                assert option.how.es in page
        assert all(step.es in page for step in way.steps)
    assert all(law.norm in page for law in procedure.legal)
    assert "No tiene costo" in page


def test_page_speaks_english(client: Client) -> None:
    page = client.get("/tramites/clave-patronal/", headers={"accept-language": "en"}).content.decode()
    assert "Request for the key" in page


def test_index_leads_to_every_procedure(client: Client) -> None:
    page = client.get("/tramites/").content.decode()
    assert all(f'href="/tramites/{slug}/"' in page for slug in load().procedures)


def test_a_procedure_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/tramites/no-existe/").status_code == 404


def test_the_address_of_before_leads_here(client: Client) -> None:
    answer = client.get("/tramites-virtuales/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/tramites/")
