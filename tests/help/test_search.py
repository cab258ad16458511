from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from afilia.help import actions, queries, rules, sources, topics
from afilia.help.looking import look
from afilia.help.models import Entry
from afilia.help.rules import Page
from afilia.novedades.catalogue import catalogue as catalogue_of_novedades
from afilia.novedades.catalogue import finding_texts
from afilia.procedures import catalogue
from afilia.procedures.rules import Text

NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def first(typed: str, language: str = "es") -> str:
    answer = look(typed, language=language, now=NOW)
    return answer.results[0].address if answer.results else ""


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("olvidé mi clave", "/ayuda/clave/#recuperar"),
        ("olvide mi clave", "/ayuda/clave/#recuperar"),
        ("OLVIDE CLAVE", "/ayuda/clave/#recuperar"),
        ("contraseña olvidada", "/ayuda/clave/#recuperar"),
        ("afiliacion", "/ayuda/avisos/#un-solo-trabajador"),
        ("lista de espera", "/ayuda/turnos/#lista-de-espera"),
        ("turno", "/tramites/turnos/"),
        ("recuperar clave", "/tramites/recuperacion-clave/"),
        ("registrar empleador", "/tramites/registro-empleador/"),
        ("dependientes", "/tramites/dependientes/"),
        ("telefono", "/contacto/"),
        ("horario de atención", "/contacto/"),
        ("codigo turno perdi", "/ayuda/turnos/#perdi-el-codigo"),
        ("id.check-digit", "/ayuda/hallazgos/id.check-digit/"),
        ("file.not-text", "/ayuda/hallazgos/file.not-text/"),
        ("registro de dependientes", "/tramites/dependientes/"),
        ("poder del apoderado", "/ayuda/extranjeros/#poder-notarial"),
    ],
)
def test_the_page_that_answers_comes_first(typed: str, address: str) -> None:
    assert first(typed) == address


@pytest.mark.parametrize("language", sources.LANGUAGES)
def test_every_procedure_is_found_first_by_its_name(language: str) -> None:
    names = {slug: one.name.within(language) for slug, one in catalogue.load().procedures.items()}
    assert {slug: first(name, language) for slug, name in names.items()} == {
        slug: f"/tramites/{slug}/" for slug in names
    }


@pytest.mark.parametrize("language", sources.LANGUAGES)
def test_every_finding_is_found_first_by_its_code(language: str) -> None:
    codes = finding_texts(language)
    assert len(codes) > 50
    assert {code: first(code, language) for code in codes} == {
        code: f"/ayuda/hallazgos/{code}/" for code in codes
    }


@pytest.mark.parametrize("language", sources.LANGUAGES)
def test_every_question_is_found_first_by_its_own_words(language: str) -> None:
    pages = [page for page in sources.pages(language) if page.kind == "help"]
    assert {page.title: first(page.title, language) for page in pages} == {
        page.title: page.address for page in pages
    }


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("turnoo", "turno"),
        ("extrangero", "extranjero"),
        ("depnedientes", "dependiente"),
        ("novedaes", "novedad"),
        ("afilliado", "afilia"),
    ],
)
def test_a_typing_error_leads_to_what_was_meant(typed: str, marked: str) -> None:
    found = look(typed, language="es", now=NOW).results[:5]
    said = {piece.text for one in found for piece in (*one.title, *one.excerpt) if piece.marked}
    assert any(rules.fold(word).startswith(marked) for word in said)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("forgot key", "/ayuda/clave/#recuperar"),
        ("call by phone", "/contacto/"),
        ("waiting list", "/ayuda/turnos/#lista-de-espera"),
        ("file is not text", "/ayuda/hallazgos/file.not-text/"),
    ],
)
def test_english_is_searched_in_english(typed: str, address: str) -> None:
    assert first(typed, "en") == address


@pytest.mark.parametrize("novedad", catalogue_of_novedades(NOW.date()).layouts)
def test_the_code_of_a_type_of_novedad_leads_to_how_its_file_is(novedad: str) -> None:
    found = [result.address for result in look(novedad, language="es", now=NOW).results]
    assert "/ayuda/archivos/#como-es-el-archivo" in found


def test_a_word_may_be_typed_in_part() -> None:
    assert "/ayuda/extranjeros/#poder-notarial" in {
        result.address for result in look("notari", language="es", now=NOW).results
    }


def test_a_typing_error_is_mended_and_said() -> None:
    answer = look("recuperar clabe", language="es", now=NOW)
    assert answer.instead == "recuperar clave"
    assert answer.results[0].address.startswith(("/ayuda/clave/", "/tramites/recuperacion-clave/"))


def test_pages_with_some_words_are_shown_when_none_has_all() -> None:
    answer = look("sucursal autenticación conviviente", language="es", now=NOW)
    assert answer.some_words
    assert answer.results


@pytest.mark.parametrize("typed", ["de la", "xqzwxqzw", "' | ! & ( ) : * <->", "%_\\", "\x00"])
def test_what_says_nothing_finds_nothing(typed: str) -> None:
    assert look(typed, language="es", now=NOW).results == ()


def test_officials_help_is_not_what_the_public_finds() -> None:
    look("clave", language="es", now=NOW)
    assert not Entry.objects.filter(address__contains="/atencion/").exists()


def test_the_words_found_are_marked() -> None:
    found = look("autenticacion", language="es", now=NOW).results
    marks = {piece.text for one in found for piece in (*one.title, *one.excerpt) if piece.marked}
    assert "autenticación" in marks


def test_all_pages_are_indexed_once_and_again_when_their_data_change() -> None:
    look("clave", language="es", now=NOW)
    both = sum(len(sources.pages(language)) for language in sources.LANGUAGES)
    assert Entry.objects.count() == both
    look("clave", language="es", now=NOW)
    assert Entry.objects.count() == both

    other = ("es", Page(kind="help", address="/otra/", title="Otra página", words="", text="Nueva"))
    assert actions.index(digest="other", pages=[other], now=NOW + timedelta(hours=1))
    assert not actions.index(digest="other", pages=[other], now=NOW + timedelta(hours=1))
    assert Entry.objects.count() == both + 1  # the other version of the portal still runs
    assert actions.index(digest="third", pages=[other], now=NOW + timedelta(days=2))
    assert {*Entry.objects.values_list("digest", flat=True)} == {"third"}
    found = queries.search({"otra": ["otra"]}, digest="third", language="es", all_words=True)
    assert [page.address for page in found] == ["/otra/"]


def test_a_changed_text_is_found_and_the_old_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a new version of the portal starts over the data of the one before."""
    look("clave", language="es", now=NOW)
    before = sources.digest()
    old = topics.load()
    topic = old.topics["turnos"]
    asked = replace(
        topic.questions[0], ask=Text("¿Y el zarapito?", "And the whimbrel?"), answer=(Text("a", "b"),)
    )
    changed = replace(old, topics={**old.topics, "turnos": replace(topic, questions=(asked,))})
    kept = [sources.pages, sources.vocabulary, sources.named, sources.digest]
    with monkeypatch.context() as patch:
        patch.setattr(topics, "load", lambda: changed)
        for cached in kept:
            cached.cache_clear()
        assert sources.digest() != before
        assert first("zarapito") == f"/ayuda/turnos/#{asked.slug}"
        assert first("whimbrel", "en") == f"/ayuda/turnos/#{asked.slug}"
        assert not first("perdí código turno").startswith("/ayuda/turnos/")
    for cached in kept:
        cached.cache_clear()
    assert sources.digest() == before
    assert first("zarapito") == ""


@pytest.fixture
def spanish() -> Client:
    return Client(headers={"accept-language": "es-EC"})


def test_page_shows_results_with_safe_marks(spanish: Client) -> None:
    page = spanish.get("/buscar/", {"q": "recuperar clave"}).content.decode()
    assert '<mark class="app-found">' in page
    assert 'href="/ayuda/clave/#recuperar"' in page
    assert 'value="recuperar clave"' in page


def test_page_escapes_what_was_typed(spanish: Client) -> None:
    page = spanish.get("/buscar/", {"q": "<script>xqzw</script>"}).content.decode()
    assert "<script>xqzw" not in page
    assert "&lt;script&gt;xqzw" in page


def test_empty_search_and_no_result_lead_on(spanish: Client) -> None:
    empty = spanish.get("/buscar/").content.decode()
    assert 'href="/tramites/"' in empty
    assert "No hay ninguna página" not in empty
    nothing = spanish.get("/buscar/", {"q": "xqzwxqzw"}).content.decode()
    assert "No hay ninguna página con «xqzwxqzw»." in nothing
    assert 'href="/contacto/"' in nothing


def test_too_long_a_search_is_refused_with_the_remedy(spanish: Client) -> None:
    response = spanish.get("/buscar/", {"q": "a" * 101})
    assert response.status_code == 422
    assert "100 caracteres como máximo" in response.content.decode()


def test_english_page_is_english() -> None:
    page = Client(headers={"accept-language": "en"}).get("/buscar/", {"q": "waiting list"}).content.decode()
    assert "/ayuda/turnos/#lista-de-espera" in page
    assert "Lista de espera" not in page
