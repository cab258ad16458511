from datetime import time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django.utils.http import urlencode

from afilia.guide.starting import start_url
from afilia.procedures.catalogue import load
from tests.appointments.builders import make_agenda, make_office
from tests.builders import make_employer, make_key, signed_in_client
from tests.guide.test_rules import ends

pytestmark = pytest.mark.django_db
LIST = "/tramites/clave-patronal/que-necesito/"
ANSWERED = "?empleador=company&canal=counter&viene=employer&identidad=visa"


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "es"})


def read(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("slug", sorted(load().procedures))
def test_page_says_all_that_the_catalogue_says(slug: str, language: str) -> None:
    page = read(Client(headers={"accept-language": language}), f"/tramites/{slug}/")
    catalogue = load()
    procedure = catalogue.procedures[slug]
    texts = [procedure.name, procedure.about, procedure.result, procedure.for_whom, catalogue.kind_of_result]
    texts += [*procedure.before, *procedure.exceptions]
    texts += [catalogue.addressees[one] for one in procedure.addressees]
    texts += [catalogue.applicants[one].name for one in procedure.applicants]
    texts += [catalogue.procedures[one].name for one in procedure.related]
    for way in procedure.ways:
        channel = catalogue.channels[way.channel]
        texts += [way.title, way.about, way.end, way.hours, *way.steps, *way.without_appointment]
        texts += [channel.name, channel.place, channel.start]
        for requirement in way.requirements:
            for option in requirement.options:
                texts += [option.document.name, option.how, option.only, *option.contents]
        assert f'href="{reverse(way.start)}' in page
    assert page.count("<h1") == 1
    assert [text for text in texts if escape(text.within(language)) not in page] == []
    assert all(law.cited in page for law in procedure.legal)
    assert catalogue.institution in page
    assert procedure.contact["phone"] in page
    assert procedure.contact["email"] in page
    assert procedure.source in page


def test_general_requirements_come_apart_from_those_of_a_case(client: Client) -> None:
    page = read(client, "/tramites/codigo-extranjeros/")
    general, special = page.index("Requisitos generales"), page.index("Requisitos según el caso")
    assert general < page.index("Pasaporte del trabajador") < special < page.index("Visa del trabajador")


def test_page_shows_the_figures_of_its_sheet(client: Client) -> None:
    page = read(client, "/tramites/novedades-batch/")
    assert "4.491" in page
    assert 'href="/transparencia/tramites/novedades-batch/"' in page


@pytest.mark.parametrize(
    ("slug", "starts"),
    [
        ("registro-empleador", ["/empleadores/registro/"]),
        ("clave-patronal", ["/turnos/?tramite=clave-patronal", "/ventanilla-virtual/"]),
        ("recuperacion-clave", ["/empleadores/clave/recuperar/"]),
        ("novedades-batch", ["/empleadores/batch/cargar/"]),
        ("aviso-entrada-salida", ["/empleadores/avisos/"]),
        ("dependientes", ["/empleadores/dependientes/"]),
        ("codigo-extranjeros", ["/turnos/?tramite=codigo-extranjeros"]),
        ("turnos", ["/turnos/"]),
        ("ventanilla-virtual", ["/ventanilla-virtual/"]),
    ],
)
def test_a_button_starts_the_procedure(client: Client, slug: str, starts: list[str]) -> None:
    page = read(client, f"/tramites/{slug}/")
    for start in starts:
        assert f'href="{start}"' in page
        assert client.get(start).status_code in {200, 302}  # the page, or the way to sign in


def test_who_has_to_sign_in_is_told_so_before(client: Client) -> None:
    told = "Le pediremos su número de identificación"
    assert told in read(client, "/tramites/dependientes/")
    assert told not in read(client, "/tramites/turnos/")
    key = make_key(employer=make_employer())
    assert told not in read(signed_in_client(client, key), "/tramites/dependientes/")


def test_index_leads_to_every_procedure(client: Client) -> None:
    page = read(client, "/tramites/")
    assert all(f'href="/tramites/{slug}/"' in page for slug in load().procedures)


def test_first_page_leads_to_every_procedure(client: Client) -> None:
    page = read(client, "/")
    assert all(f'href="/tramites/{slug}/"' in page for slug in load().procedures)


@pytest.mark.parametrize("path", ["/tramites/no-existe/", "/tramites/no-existe/que-necesito/"])
def test_a_procedure_that_does_not_exist_is_not_found(client: Client, path: str) -> None:
    read(client, path, status=404)


def test_no_procedure_has_an_address_of_something_else() -> None:
    assert not {"que-necesito", "catalogo"} & set(load().procedures)


def test_the_address_of_before_leads_here(client: Client) -> None:
    answer = client.get("/tramites-virtuales/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/tramites/")


def test_what_is_needed_begins_with_the_procedure(client: Client) -> None:
    assert 'value="codigo-extranjeros"' in read(client, "/tramites/que-necesito/")
    answer = client.get("/tramites/que-necesito/?pregunta=tramite&tramite=clave-patronal")
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/tramites/que-necesito/?pregunta=tramite", "Elija un trámite."),
        ("/tramites/que-necesito/?pregunta=tramite&tramite=nada", "Elija un trámite."),
        (f"{LIST}?pregunta=empleador", "Elija una de las opciones."),
        (f"{LIST}?empleador=company&pregunta=canal&canal=paloma", "Elija una de las opciones."),
    ],
)
def test_a_question_without_an_answer_is_asked_again(client: Client, path: str, message: str) -> None:
    page = read(client, path, status=422)
    assert message in page
    assert "govuk-error-summary" in page


def test_answers_are_kept_and_the_last_address_is_the_list(client: Client) -> None:
    page = read(client, f"{LIST}?empleador=company")
    assert '<input type="hidden" name="empleador" value="company">' in page
    assert "Cambiar" in page
    answer = client.get(f"{LIST}{ANSWERED}&pregunta=identidad")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}{ANSWERED}")


def test_the_list_holds_what_the_case_needs_and_where_it_begins(client: Client) -> None:
    page = read(client, f"{LIST}{ANSWERED}")
    content = page[page.index("La lista para su caso") :]
    assert "Visa" in content
    assert "Pasaporte" not in content
    assert "Calificación artesanal" not in content
    assert 'href="/turnos/?tramite=clave-patronal"' in content
    assert "data-print" in content


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("slug", sorted(load().procedures))
def test_the_list_of_every_combination_of_answers_is_shown(slug: str, language: str) -> None:
    client, procedure = Client(headers={"accept-language": language}), load().procedures[slug]
    for case in ends(procedure):
        page = read(client, f"/tramites/{slug}/que-necesito/?{urlencode(case.answers)}")
        content = page[page.index("<h2") : page.index("</main>")]
        assert all(escape(option.document.name.within(language)) in content for option in case.needed)
        way = procedure.way(case.channel) if case.channel else None
        assert way
        assert f'href="{start_url(procedure, way)}"' in content
        assert all(escape(step.within(language)) in content for step in way.steps)
        assert all(escape(text.within(language)) in content for text in procedure.exceptions)


def test_a_page_names_the_offices_that_do_it_with_their_hours() -> None:
    north = make_office(name="Oficina Norte", province="17", city="Quito", weekdays=range(5))
    mall = make_office(
        name="Centro Sur",
        province="01",
        city="Cuenca",
        opens=time(10),
        closes=time(20, 30),
        weekdays=range(7),
    )
    other = make_office(name="Otra", province="09", city="Guayaquil")
    for office in (north, mall):
        make_agenda(office)
    make_agenda(other, procedures=["codigo-extranjeros"])
    page = read(Client(headers={"accept-language": "es"}), "/tramites/clave-patronal/")
    part = page[page.index("Oficinas que lo atienden") :]
    assert (
        part.index("Azuay") < part.index("Centro Sur") < part.index("Pichincha") < part.index("Oficina Norte")
    )
    assert "De lunes a viernes, 8:00–17:00" in part
    assert "De lunes a domingo, 10:00–20:30" in part
    assert "Guayaquil" not in part
    english = read(Client(headers={"accept-language": "en"}), "/tramites/codigo-extranjeros/")
    assert "Monday to Friday, 8:00–17:00" in english
    assert "Oficinas que" not in read(Client(headers={"accept-language": "es"}), "/tramites/turnos/")


def test_the_list_names_the_appointment_once(client: Client) -> None:
    said = "Lleve también la confirmación de su turno"
    assert said in read(client, f"{LIST}{ANSWERED}")
    code = "/tramites/codigo-extranjeros/que-necesito/?empleador=company&viene=employer"
    page = read(client, f"{code}&identidad-trabajador=pasaporte-trabajador")
    assert "Confirmación del turno" in page
    assert said not in page


def test_the_list_of_the_virtual_desk_leads_to_that_of_what_is_sent(client: Client) -> None:
    page = read(client, "/tramites/ventanilla-virtual/que-necesito/?empleador=artisan")
    assert f'href="{escape(f"{LIST}?empleador=artisan&canal=virtual")}"' in page
    assert "Calificación artesanal" in read(client, f"{LIST}?empleador=artisan&canal=virtual")


def test_a_case_in_which_it_does_not_serve_leads_to_what_does(client: Client) -> None:
    page = read(client, "/tramites/recuperacion-clave/")
    part = page[page.index("Cuándo no sirve este trámite") :]
    assert 'Entonces le sirve <a class="govuk-link" href="/tramites/clave-patronal/">' in part


def test_a_page_says_how_sure_it_is(client: Client) -> None:
    own, named = "La ficha oficial del trámite no la indica.", "no tiene una ficha oficial propia"
    for slug, procedure in load().procedures.items():
        page = read(client, f"/tramites/{slug}/")
        assert procedure.source in page
        assert (named in page) == (not procedure.sheet)
        assert (own in page) == bool(procedure.sheet and not procedure.legal)
        assert ("que nombran este trámite no la indican" in page) == (
            not procedure.sheet and not procedure.legal
        )


@pytest.mark.parametrize("slug", sorted(load().procedures))
def test_a_question_left_out_is_asked(client: Client, slug: str) -> None:
    page = read(client, f"/tramites/{slug}/que-necesito/")
    assert "¿Qué clase de empleador es?" in page
