import logging
from datetime import timedelta
from http.cookies import Morsel

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from pytest_django import DjangoAssertNumQueries

from afilia.access.decorators import HolderRequest, holder_required
from afilia.audit.models import Entry
from afilia.config.urls import urlpatterns as portal_urls
from tests.builders import KEY, NOW, cedula, make_branch, make_employer, make_key, signed_in_client

SIGN_IN, SIGN_OUT = "/empleadores/ingresar/", "/empleadores/salir/"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@holder_required
def guarded(request: HolderRequest, branch: str = "") -> HttpResponse:
    return HttpResponse(f"{request.holder.employer.ruc} {request.holder.branches} {branch}")


def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("somebody" if request.holder else "nobody")  # type: ignore[attr-defined]


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("plain")


urlpatterns = [
    path("guarded/", guarded),
    path("guarded/<str:branch>/", guarded),
    path("open/", open_page),
    path("plain/", plain),
    *portal_urls,
]


def post(client: Client, number: str, key: str = KEY, **more: str) -> HttpResponse:
    return client.post(SIGN_IN, {"number": number, "key": key, **more})


def session_cookie(client: Client) -> Morsel[str]:
    return client.cookies["sessionid"]


def test_names_lead_to_the_addresses() -> None:
    assert (reverse("access:sign-in"), reverse("access:sign-out")) == (SIGN_IN, SIGN_OUT)


def test_form_helps_password_managers_and_shows_no_key(client: Client) -> None:
    page = client.get(SIGN_IN).content.decode()
    for attribute in ('autocomplete="username"', 'inputmode="numeric"', 'autocomplete="current-password"'):
        assert attribute in page


def test_holder_signs_in_and_reaches_the_page_asked_for(client: Client) -> None:
    key = make_key(make_employer())
    asked = client.get("/guarded/0001/?hoja=2")
    assert asked.status_code == 302
    assert asked["Location"] == f"{SIGN_IN}?next=%2Fguarded%2F0001%2F%3Fhoja%3D2"
    page = client.get(asked["Location"])
    answer = post(client, key.number, next=page.context["next"])
    assert (answer.status_code, answer["Location"]) == (302, "/guarded/0001/?hoja=2")
    assert key.employer.ruc in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize("written", ["{}-{}", " {} {} ", "{}\u00a0{}"])
def test_blanks_and_hyphens_in_the_number_do_not_matter(client: Client, written: str) -> None:
    number = make_key(make_employer()).number
    assert post(client, written.format(number[:9], number[9:])).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "//example.com/",
        "///example.com",
        "/\\example.com",
        "\\\\example.com",
        "http:example.com",
        "javascript:alert(1)",
        "/\n/example.com",
        "example.com",
        "",
    ],
)
def test_sign_in_leads_to_no_other_site(client: Client, address: str) -> None:
    answer = post(client, make_key(make_employer()).number, next=address)
    assert (answer.status_code, answer["Location"]) == (302, reverse("site:employers"))


def test_answer_is_the_same_for_known_and_unknown_numbers(client: Client) -> None:
    def shown(number: str) -> str:
        page = post(client, number, "no es esta")
        token = page.context["csrf_token"]
        return page.content.decode().replace(number, "").replace(str(token), "")

    pages = {shown(make_key(make_employer()).number), shown(cedula())}
    assert len(pages) == 1
    assert "El número o la clave no son correctos" in pages.pop()


def test_lock_says_how_long_to_wait(client: Client) -> None:
    number = make_key(make_employer()).number
    pages = [post(client, number, "mal") for _ in range(5)]
    assert [page.status_code for page in pages] == [200] * 4 + [429]
    assert "espere 1 minuto y" in pages[-1].content.decode()
    assert post(client, number).status_code == 429


def test_forwarded_address_is_not_believed(client: Client) -> None:
    number = make_key(make_employer()).number
    for turn in range(5):
        client.post(SIGN_IN, {"number": number, "key": "mal"}, headers={"X-Forwarded-For": f"192.0.2.{turn}"})
    answer = client.post(SIGN_IN, {"number": number, "key": KEY}, headers={"X-Forwarded-For": "192.0.2.99"})
    assert answer.status_code == 429


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("", "Escriba su número de identificación."),
        ("123", "tiene 10 dígitos"),
        ("1799998242001", "tiene 10 dígitos"),
        ("0102030401", "no es una cédula"),
    ],
)
def test_number_that_nobody_can_have_is_explained(client: Client, number: str, text: str) -> None:
    page = post(client, number)
    assert text in page.content.decode()
    assert not Entry.objects.exists()


def test_typed_key_never_comes_back_in_the_page(client: Client) -> None:
    assert "una-clave-mal" not in post(client, cedula(), "una-clave-mal").content.decode()


def test_session_known_before_the_sign_in_opens_nothing(client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    before = session_cookie(client).value
    post(client, make_key(make_employer()).number)
    assert session_cookie(client).value != before
    assert "planted" not in client.session
    client.cookies["sessionid"] = before
    assert client.get("/guarded/").status_code == 302


def test_csrf_token_changes_with_the_sign_in() -> None:
    client = Client(enforce_csrf_checks=True)
    key = make_key(make_employer())
    assert post(client, key.number).status_code == 403
    token = str(client.get(SIGN_IN).context["csrf_token"])
    before = client.cookies["csrftoken"].value
    assert post(client, key.number, csrfmiddlewaretoken=token).status_code == 302
    assert client.cookies["csrftoken"].value != before


def test_changed_key_ends_its_sessions(client: Client) -> None:
    employer = make_employer()
    key = make_key(employer)
    signed_in_client(client, key)
    assert client.get("/guarded/").status_code == 200
    make_key(employer, number=key.number, key="la nueva", now=NOW + timedelta(seconds=1))
    assert client.get("/guarded/").status_code == 302
    assert client.get("/open/").content == b"nobody"


def test_removed_key_ends_its_sessions(client: Client) -> None:
    key = make_key(make_employer())
    signed_in_client(client, key)
    key.delete()
    assert client.get("/guarded/").status_code == 302


def test_sign_out_ends_the_session_for_good(client: Client) -> None:
    key = make_key(make_employer())
    signed_in_client(client, key)
    stolen = session_cookie(client).value
    assert client.post(SIGN_OUT).status_code == 302
    client.cookies["sessionid"] = stolen
    assert client.get("/guarded/").status_code == 302
    entry = Entry.objects.latest("pk")
    assert (entry.event, entry.actor, entry.subject) == (
        "sign-out",
        f"holder:{key.pk}",
        f"employer:{key.employer_id}",
    )


def test_sign_out_takes_a_post_and_bears_nobody(client: Client) -> None:
    assert client.get(SIGN_OUT).status_code == 405
    assert client.post(SIGN_OUT).status_code == 302
    assert not Entry.objects.exists()


def test_holder_and_open_branches_come_with_the_request(client: Client) -> None:
    employer = make_employer()
    key = make_key(employer, branches=(make_branch(employer, number="0002"),))
    signed_in_client(client, key)
    assert client.get("/guarded/").content.decode() == f"{employer.ruc} frozenset({{'0002'}}) "
    assert client.get("/open/").content == b"somebody"


def test_page_that_asks_for_no_holder_reads_no_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in_client(client, make_key(make_employer()))
    with django_assert_num_queries(0):
        client.get("/plain/")


def test_guarded_page_stays_in_no_cache(client: Client) -> None:
    signed_in_client(client, make_key(make_employer()))
    assert "no-store" in client.get("/guarded/")["Cache-Control"]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_form_sent_after_the_session_ended_leads_to_no_half_action(client: Client, method: str) -> None:
    answer = getattr(client, method)("/guarded/")
    assert (answer.status_code, answer["Location"]) == (302, SIGN_IN)


def test_swap_of_a_page_part_leads_the_whole_page_to_the_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/guarded/0001/"}
    answer = client.get("/guarded/", headers=headers)
    assert answer["HX-Redirect"] == f"{SIGN_IN}?next=%2Fguarded%2F0001%2F"


def test_key_and_number_are_in_no_log_and_the_key_in_no_row(
    client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, logger="django.request")
    caplog.set_level(logging.DEBUG, logger="afilia")
    key = make_key(make_employer())
    for typed in ("una-clave-mal", KEY, *["una-clave-mal"] * 6):
        post(client, key.number, typed)
    client.post(SIGN_OUT)
    written = caplog.text + "".join(capfd.readouterr())
    rows = "".join(
        str([bytes(value) if isinstance(value, memoryview) else value for value in row])
        for model in apps.get_models()
        if model._meta.managed
        for row in model.objects.values_list()
    )
    for typed in (KEY, "una-clave-mal"):
        assert typed not in written + rows
    assert key.number not in written
    ledger = str(list(Entry.objects.values_list("event", "actor", "subject", "facts")))
    assert "sign-in.locked" in ledger
    assert key.number not in ledger
