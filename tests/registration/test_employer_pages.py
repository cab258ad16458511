from datetime import timedelta
from functools import partial

import pyotp
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access import actions as access
from afilia.access import queries as access_queries
from afilia.access.models import EmployerKey
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.employers import actions as employers
from afilia.employers.models import EmailChange, Employer, Registration
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from afilia.registration import actions
from afilia.verification.models import Attempt
from tests.builders import KEY, NOW, make_branch, make_employer, make_key, signed_in_client
from tests.concurrency.conftest import Together
from tests.employers.builders import make_application
from tests.registration.conftest import MakeApplicant, code_to, make_taxpayer, of_company

pytestmark = pytest.mark.django_db
DATA, EMAIL = "/empleadores/datos/", "/empleadores/correo/"
UNKNOWN = "2e9bb2e3-1d44-495a-bb20-6b568bed164c"
NEW = "nueva@example.com"


@pytest.fixture
def key() -> EmployerKey:
    employer = make_employer(email="vieja@example.com", email_verified_at=NOW)
    make_branch(employer)
    return make_key(employer)


@pytest.fixture
def browser(key: EmployerKey) -> Client:
    return signed_in_client(Client(headers={"accept-language": "es"}), key)


def restricted(key: EmployerKey) -> Client:
    branch = make_branch(key.employer, number="0002", name="BODEGA")
    return signed_in_client(
        Client(headers={"accept-language": "es"}), make_key(key.employer, branches=(branch,))
    )


def change(browser: Client, settings: object, email: str = NEW) -> HttpResponse:
    at = browser.post(EMAIL, {"email": email, "present": KEY})["Location"]
    return browser.post(at, {"code": code_to(email, settings)}, follow=True)


def link_to_object(settings: object) -> str:
    mail = Message.objects.filter(to="vieja@example.com").exclude(sealed=None).latest("pk")
    text = sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=mail.sealed)  # type: ignore[attr-defined]
    (line,) = [line for line in text.splitlines() if "/objetar/" in line]
    return line.removeprefix(settings.PUBLIC_URL)  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", [DATA, EMAIL, f"{EMAIL}{UNKNOWN}/", f"{EMAIL}anular/"])
def test_anonymous_person_gets_the_sign_in_page(client: Client, address: str) -> None:
    for ask in (client.get, client.post):
        assert ask(address)["Location"].startswith("/empleadores/ingresar/")


def test_data_shows_what_was_registered() -> None:
    application = make_application()
    registration = employers.register(application=application, now=NOW)
    make_taxpayer(ruc=application.ruc, standing="SUSPENDIDO")
    client = Client(headers={"accept-language": "es"})
    page = signed_in_client(client, make_key(registration.employer)).get(DATA).content.decode()
    for part in (
        application.name,
        application.ruc,
        "Empresa privada",
        "SUSPENDIDO",
        "Quito, Pichincha",
        application.representative.names,
        "Identidad sin confirmar",
        "empresa@example.com",
        "Verificado",
        "BODEGA",
    ):
        assert part in page


def test_data_says_that_the_register_is_down(browser: Client) -> None:
    assert "El registro del SRI no responde" in browser.get(DATA).content.decode()


def test_key_for_a_branch_sees_that_branch_and_does_not_change_the_address(
    key: EmployerKey, settings: object
) -> None:
    client = restricted(key)
    page = client.get(DATA).content.decode()
    assert "BODEGA" in page
    assert "Matriz" not in page
    assert f'href="{EMAIL}"' not in page
    assert client.get(EMAIL).status_code == client.post(EMAIL, {"email": NEW}).status_code == 403
    assert client.post(f"{EMAIL}anular/").status_code == 403
    assert not Message.objects.exists()


def test_change_waits_is_shown_and_can_be_cancelled(
    browser: Client, key: EmployerKey, settings: object
) -> None:
    page = change(browser, settings).content.decode()
    assert "El correo está verificado." in page
    assert NEW in page
    assert "hora de Ecuador" in page
    assert NEW in browser.get(DATA).content.decode()
    assert Employer.objects.get(pk=key.employer_id).email == "vieja@example.com"
    page = browser.post(f"{EMAIL}anular/", follow=True).content.decode()
    assert "El cambio quedó anulado" in page
    assert EmailChange.objects.get().state == "cancelled"
    actors = set(Entry.objects.filter(event__startswith="employer.").values_list("actor", flat=True))
    assert actors == {f"holder:{key.pk}"}


def test_session_without_the_key_changes_no_address(browser: Client, key: EmployerKey) -> None:
    for form in ({}, {"present": ""}, {"present": "mal"}, {"present": "mal"}):
        assert browser.post(EMAIL, {"email": NEW, **form}).status_code == 422
    page = browser.post(EMAIL, {"email": NEW, "present": "mal"}).content.decode()
    assert "La clave actual no es correcta" in page
    assert NEW in page
    assert browser.post(EMAIL, {"email": NEW, "present": "mal"}).status_code == 422
    assert browser.post(EMAIL, {"email": NEW, "present": "mal"}).status_code == 429
    assert browser.post(EMAIL, {"email": NEW, "present": KEY}).status_code == 429
    assert not Message.objects.exists()
    assert not Attempt.objects.exists()
    assert Entry.objects.filter(event="key.proof-refused", actor=f"holder:{key.pk}").count() == 5


def test_who_has_a_second_factor_types_a_code_too(browser: Client, key: EmployerKey) -> None:
    holder, earlier = access_queries.holder(key), timezone.now() - timedelta(minutes=5)
    access.begin_second_factor(holder=holder, session_id=0, now=earlier)
    factor = access_queries.second_factor_begun(holder, session_id=0)
    assert factor is not None
    app = pyotp.TOTP(access_queries.secret(factor))
    access.confirm_second_factor(holder=holder, session_id=0, present=KEY, code=app.at(earlier), now=earlier)
    browser = signed_in_client(Client(headers={"accept-language": "es"}), key)
    assert 'name="code"' in browser.get(EMAIL).content.decode()
    form = {"email": NEW, "present": KEY}
    assert browser.post(EMAIL, form).status_code == 422
    page = browser.post(EMAIL, form | {"code": "000000"}).content.decode()
    assert "La clave o el código no son correctos" in page
    assert not Attempt.objects.exists()
    assert browser.post(EMAIL, form | {"code": app.now()}).status_code == 302


def test_wrong_code_changes_nothing(browser: Client) -> None:
    at = browser.post(EMAIL, {"email": NEW, "present": KEY})["Location"]
    assert browser.post(at, {"code": "x"}).status_code == 422
    assert not EmailChange.objects.exists()


def test_page_tells_that_the_mail_server_refused_the_new_address(browser: Client) -> None:
    at = browser.post(EMAIL, {"email": NEW, "present": KEY})["Location"]
    refused = "El servidor de correo rechazó la dirección"
    assert refused not in browser.get(at).content.decode()
    Message.objects.filter(to=NEW).update(state="failed")
    assert refused in browser.get(at).content.decode()


def test_code_page_belongs_to_the_key_that_asked(browser: Client, key: EmployerKey, settings: object) -> None:
    at = browser.post(EMAIL, {"email": NEW, "present": KEY})["Location"]
    colleague = signed_in_client(Client(), make_key(key.employer))
    stranger = signed_in_client(Client(), make_key(make_employer()))
    for other in (colleague, stranger):
        assert other.get(at).status_code == 404
        assert other.post(at, {"code": code_to(NEW, settings)}).status_code == 404
    assert not EmailChange.objects.exists()


def test_employer_without_an_address_has_one_at_once(settings: object) -> None:
    employer = make_employer(email="")
    client = signed_in_client(Client(headers={"accept-language": "es"}), make_key(employer))
    assert "en cuanto escriba el código" in client.get(EMAIL).content.decode()
    change(client, settings)
    changed = Employer.objects.get(pk=employer.pk)
    assert changed.email == NEW
    assert changed.email_verified_at is not None


def test_address_on_record_that_is_proved_is_not_asked_for_again(browser: Client) -> None:
    response = browser.post(EMAIL, {"email": "VIEJA@example.com"})
    assert "Este ya es el correo del empleador" in response.content.decode()


def test_link_to_object_shows_a_page_and_only_a_click_objects(browser: Client, settings: object) -> None:
    change(browser, settings)
    link = link_to_object(settings)
    owner = Client(headers={"accept-language": "es"})
    for _ in range(3):  # a scanner
        assert owner.get(link).status_code == 200
        assert owner.head(link).status_code == 200
        assert owner.post(link).status_code == 422
        assert owner.post(link, {"answer": ""}).status_code == 422
    assert EmailChange.objects.get().state == "pending"
    page = owner.get(link).content.decode()
    assert NEW not in page
    assert "n•••@example.com" in page
    assert "checked" not in page
    assert "Elija si lo pidieron o no." in owner.post(link).content.decode()
    assert "El cambio sigue" in owner.post(link, {"answer": "yes"}).content.decode()
    assert EmailChange.objects.get().state == "pending"
    answered = owner.post(link, {"answer": "no"}, follow=True).content.decode()
    assert "el correo del empleador sigue siendo el mismo" in answered
    assert EmailChange.objects.get().state == "objected"


@pytest.mark.parametrize(
    ("state", "sentence"), [("done", "El cambio ya se hizo"), ("cancelled", "ya no está pendiente")]
)
def test_link_to_object_that_comes_too_late_says_so(
    browser: Client, settings: object, state: str, sentence: str
) -> None:
    change(browser, settings)
    link = link_to_object(settings)
    pending = EmailChange.objects.get()
    if state == "done":
        employers.take_email_change(change_id=pending.pk, now=pending.effective_at + timedelta(seconds=1))
    else:
        browser.post(f"{EMAIL}anular/")
    for page in (
        Client(headers={"accept-language": "es"}).get(link),
        browser.post(link, {"answer": "no"}, follow=True),
    ):
        assert sentence in page.content.decode()
    assert EmailChange.objects.get().state == state


def test_link_that_was_never_sent_leads_nowhere(client: Client) -> None:
    assert client.get(f"{EMAIL}objetar/{'0' * 40}/").status_code == 404
    assert client.post(f"{EMAIL}objetar/{'0' * 40}/").status_code == 404


def test_link_is_made_from_the_public_address_and_not_from_the_request(
    browser: Client, settings: object
) -> None:
    settings.PUBLIC_URL = "https://portal.example.org"  # type: ignore[attr-defined]
    change(browser, settings)
    assert link_to_object(settings).startswith("/empleadores/correo/objetar/")


@pytest.mark.django_db(transaction=True)
def test_same_draft_and_same_ruc_sent_by_many_at_once_register_once(
    make_applicant: MakeApplicant, together: Together
) -> None:
    ruc = make_taxpayer()
    drafts = []
    for _ in range(2):
        applicant = make_applicant()
        applicant.answer(until="revisar", **of_company(ruc))
        drafts.append((applicant.address.rstrip("/").rpartition("/")[2], applicant.seen()))
    submit = partial(actions.submit, address="192.0.2.9", now=NOW)
    results = together(*[partial(submit, draft_id=draft, seen=seen) for draft, seen in drafts * 3])
    registration = Registration.objects.get()
    assert [result for result in results if isinstance(result, Registration)] == [registration] * 3
    assert sum(isinstance(result, employers.RefusedError) for result in results) == 3
    assert audit.verify() is None
