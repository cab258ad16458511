"""From the first page to the signed-in one, and the ways that do not lead there."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from afilia.access import actions as access
from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.recovery.models import Recovery
from afilia.registries.sri import Standing
from afilia.verification.models import Tally
from tests.builders import KEY, cedula, company_ruc, make_branch, make_key, make_taxpayer
from tests.recovery.people import (
    BEGIN,
    NEW_KEY,
    Browser,
    Holder,
    Mails,
    code,
    make_domestic,
    make_foreigner,
    make_holder,
    object_to,
    path,
    settle,
    text,
)
from tests.verification.attempts import wrong

pytestmark = pytest.mark.django_db


def sign_in(number: str, key: str) -> bool:
    client = Client()
    client.post("/empleadores/ingresar/", {"number": number, "key": key})
    return client.get("/empleadores/batch/historial/").status_code == 200


@pytest.mark.parametrize("make", [make_holder, make_domestic, make_foreigner])
def test_a_holder_recovers_the_key_and_is_signed_in(make: Any, mails: Mails) -> None:
    holder: Holder = make()
    browser = Browser(holder, mails)
    page = browser.begin().content.decode()
    assert holder.employer.email not in page
    assert browser.at.endswith("/codigo/")
    browser.post(code=code(browser.mail))
    assert browser.at.endswith("/enlace/")
    mail = mails(holder.employer.email)[-1]
    assert mail["Subject"] == "Recuperación Clave para RUC"
    browser.visit(path(text(mail)))
    assert browser.at == "/empleadores/clave/recuperar/abrir/"
    page = browser.post().content.decode()
    assert "caracteres o más" in page
    assert browser.save().status_code == 200
    assert browser.at == "/empleadores/"
    assert browser.is_signed_in
    assert sign_in(holder.key.number, NEW_KEY)
    assert not sign_in(holder.key.number, KEY)
    (told,) = [
        mail for mail in mails(holder.employer.email) if mail["Subject"] == "La clave de empleador cambió"
    ]
    assert NEW_KEY not in told.as_string()


def test_the_hint_tells_domestic_employers_what_to_type(client: Client) -> None:
    page = client.get(BEGIN).content.decode()
    assert "su cédula seguida de 000" in page
    assert 'value="0001"' in page


def test_a_key_that_the_policy_refuses_spends_nothing(browser: Browser) -> None:
    browser.open()
    assert "muy corta" in browser.save("corta").content.decode()
    browser.save()
    assert browser.is_signed_in


def test_a_key_that_the_person_has_for_another_employer_spends_nothing(browser: Browser) -> None:
    make_key(make_holder().employer, number=browser.holder.key.number, key=NEW_KEY)
    browser.open()
    assert "esta ya es su clave de otro empleador" in browser.save().content.decode()
    browser.save("otra frase de cuatro peces")
    assert browser.is_signed_in


def test_another_code_keeps_what_was_typed_and_the_first_code(browser: Browser) -> None:
    browser.begin()
    first = code(browser.mail)
    page = browser.post(do="send", code="1234").content.decode()
    assert 'value="1234"' in page
    assert "Enviamos otro correo" in page
    assert code(browser.mail) != first or len(browser.mails(browser.holder.employer.email)) == 2
    browser.post(code=first)
    assert browser.at.endswith("/enlace/")


def test_the_page_asks_for_the_mail_until_it_is_known(browser: Browser) -> None:
    page = browser.begin().content.decode()
    assert "el correo está en camino" in page
    part = browser.at.replace("codigo", "correo")
    assert f'hx-get="{part}"' in page
    assert 'name="shown" value="waiting"' in page
    assert browser.mail
    for shown, status in (("waiting", 204), ("delayed", 200), ("", 200)):
        assert browser.client.get(part, {"shown": shown}).status_code == status
    settle()
    answer = browser.client.get(part, {"shown": "waiting"})
    assert (answer.status_code, "el correo ya salió" in answer.content.decode()) == (286, True)
    assert "hx-get" not in browser.client.get(browser.at).content.decode()


def test_the_demo_says_where_its_mails_are(browser: Browser, settings: Any) -> None:
    settings.EMAIL_FILE_PATH = "/folder/of/mails"
    assert "/folder/of/mails" in browser.begin().content.decode()
    settings.DEMO = False
    assert "/folder/of/mails" not in browser.visit(browser.at).content.decode()


def test_after_five_codes_the_page_says_so_and_offers_no_other(browser: Browser) -> None:
    browser.begin()
    for _ in range(4):
        page = browser.post(do="send").content.decode()
    assert "Enviar otro código" not in page
    page = browser.post(do="send", code="12").content.decode()
    assert "Ya se enviaron cinco códigos. Escriba uno de los que recibió o comience otra vez." in page
    assert f'<a class="govuk-link" href="{BEGIN}">Comenzar otra vez</a>' in page
    mails = browser.mails(browser.holder.employer.email)
    assert len(mails) == 5
    guess = wrong(*[code(text(mail)) for mail in mails])
    pages = [browser.post(code=guess).content.decode() for _ in range(4)]
    assert "y era el último. Comience otra vez" in pages[3]
    assert "Pida otro" not in pages[3].replace("si el código vence antes, pida otro", "")


def test_a_wrong_code_is_told_and_three_spend_it(browser: Browser) -> None:
    browser.begin()
    guess = wrong(code(browser.mail))
    pages = [browser.post(code=guess).content.decode() for _ in range(4)]
    assert all("El código no es correcto" in page for page in pages[:3])
    assert "se escribió mal tres veces" in pages[3]


def test_another_link_leaves_the_first_its_own_three_minutes(browser: Browser) -> None:
    browser.pass_code()
    first = path(browser.mail)
    browser.post(do="send")
    second = path(browser.mail)
    assert first != second
    browser.visit(first)
    browser.post()
    browser.save()
    assert browser.is_signed_in


def test_a_branch_of_the_key_must_be_typed_when_it_has_its_own(mails: Mails) -> None:
    holder = make_holder()
    own = make_branch(holder.employer, number="0002")
    holder.key.branches.set([own])
    Browser(holder, mails).begin()
    assert Recovery.objects.latest("code_attempt__started_at").standing == "unknown"
    holder.branch = "0002"
    Browser(holder, mails).begin()
    assert mails(holder.employer.email)[-1]["Subject"] == "Código para recuperar su clave de empleador"


@pytest.mark.parametrize(
    ("standing", "says"),
    [
        (Standing.CLOSED, "El RUC no consta activo en el SRI"),
        (Standing.SUSPENDED, "El RUC no consta activo en el SRI"),
        (None, "El RUC no consta activo en el SRI"),
    ],
)
def test_a_ruc_that_is_not_active_is_led_to_the_documents_by_mail(
    standing: Standing | None, says: str, mails: Mails
) -> None:
    make_taxpayer(company_ruc())  # something was loaded
    holder = make_holder(taxpayer=standing)
    page = Browser(holder, mails).begin().content.decode()
    assert "/empleadores/clave/documentos/" in page
    mail = mails.last(holder.employer.email)
    assert says in mail
    assert "/empleadores/clave/documentos/" in mail


def test_a_first_key_is_led_to_the_documents_by_mail(mails: Mails) -> None:
    holder = make_holder()
    holder.key.delete()
    Browser(holder, mails).begin()
    assert "todavía no tiene una clave" in mails.last(holder.employer.email)


@pytest.mark.parametrize("changes", [{"email": ""}, {"email_verified_at": None}])
def test_without_a_verified_mail_nothing_is_sent(changes: dict[str, Any], mails: Mails) -> None:
    holder = make_holder(**changes)
    page = Browser(holder, mails).begin().content.decode()
    assert "/empleadores/clave/documentos/" in page
    assert mails(holder.employer.email) == []
    assert mails.postbox.mails == []


def test_a_key_removed_meanwhile_is_not_made_again(browser: Browser) -> None:
    browser.open()
    number, employer = browser.holder.key.number, browser.holder.employer
    browser.holder.key.delete()
    assert "ya terminó" in browser.save().content.decode()
    assert not employer.keys.filter(number=number).exists()


def test_the_recovery_that_a_thief_left_open_ends_with_the_owners(browser: Browser) -> None:
    thief = Browser(browser.holder, browser.mails)
    thief.open()
    browser.open()
    browser.save()
    assert browser.is_signed_in
    assert "ya terminó" in thief.visit(thief.at).content.decode()
    assert "ya terminó" in thief.save("otra frase de cuatro peces").content.decode()
    assert sign_in(browser.holder.key.number, NEW_KEY)


def test_an_owner_whose_key_a_thief_chose_recovers_it_again(browser: Browser) -> None:
    thief = Browser(browser.holder, browser.mails)
    thief.open()
    thief.save("otra frase de cuatro peces")
    browser.open()
    browser.save()
    assert sign_in(browser.holder.key.number, NEW_KEY)


@pytest.mark.parametrize("hands_over", [False, True])
def test_a_key_changed_or_handed_over_meanwhile_stays(hands_over: bool, browser: Browser) -> None:
    browser.open()
    about = {"employer": browser.holder.employer, "number": browser.holder.key.number}
    if hands_over:
        key = access.hand_over_key(
            **about, email=browser.holder.employer.email, now=timezone.now(), actor="operator:tests"
        )
    else:
        key = "cuatro perros oyen el viento"
        access.set_key(**about, key=key, now=timezone.now())
    assert "ya terminó" in browser.save().content.decode()
    assert not sign_in(browser.holder.key.number, NEW_KEY)


def test_a_mail_address_changed_meanwhile_ends_the_recovery(browser: Browser) -> None:
    browser.open()
    employer = browser.holder.employer
    type(employer).objects.filter(pk=employer.pk).update(email="otra@example.com")
    assert "ya terminó" in browser.save().content.decode()
    assert sign_in(browser.holder.key.number, KEY)


def test_the_register_down_is_said_and_nothing_is_begun(client: Client, db: None) -> None:
    holder = make_holder(taxpayer=None)  # nothing was ever loaded
    answer = client.post(BEGIN, holder.form)
    assert answer.status_code == 503
    assert "El registro del SRI no responde" in answer.content.decode()
    assert f'value="{holder.employer.ruc}"' in answer.content.decode()
    assert not Recovery.objects.exists()
    assert not Message.objects.exists()
    assert {*Tally.objects.values_list("times", flat=True)} == {0}


def test_the_register_down_does_not_hinder_domestic_employers(mails: Mails) -> None:
    browser = Browser(make_domestic(), mails)
    browser.begin()
    assert code(browser.mail)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"number": ""}, "Escriba su número de identificación."),
        ({"number": "123"}, "tiene 10 dígitos"),
        ({"number": "0102030401"}, "no es una cédula"),
        ({"ruc": "179999824200"}, "El RUC tiene 13 dígitos."),
        ({"ruc": "1779998242001"}, "Revise el RUC"),
        ({"branch": "1"}, "La sucursal tiene 4 dígitos"),
    ],
)
def test_what_nobody_can_have_is_explained(client: Client, typed: dict[str, str], says: str) -> None:
    form = {"number": cedula(), "ruc": company_ruc(), "branch": "0001", **typed}
    assert says in client.post(BEGIN, form).content.decode()
    assert not Recovery.objects.exists()


def test_not_me_ends_the_recovery_with_a_click_and_tells_the_owner(browser: Browser) -> None:
    browser.pass_code()
    link, objection = path(browser.mail), path(browser.mail, "no-fui-yo")
    owner = Client()
    for _ in range(2):
        assert "¿No fue usted?" in owner.get(objection, follow=True).content.decode()
        assert owner.head(objection).status_code == 302
    assert "está detenida" in object_to(objection, owner).content.decode()
    assert "ya no vale" in browser.visit(link).content.decode()
    assert browser.mails(browser.holder.employer.email)[-1]["Subject"] == (
        "Detuvimos la recuperación de su clave"
    )
    assert Entry.objects.filter(event="recovery.objected").count() == 1
    assert "ya había terminado" in object_to(objection).content.decode()
    assert Entry.objects.filter(event="recovery.objected").count() == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [("", "Elija si la pidió usted o no."), ("x", "no es una"), ("yes", "La recuperación sigue")],
)
def test_without_the_word_that_it_was_somebody_else_nothing_ends(
    answer: str, says: str, browser: Browser
) -> None:
    """Programs that read mails submit the forms that they find, as they stand."""
    browser.pass_code()
    objection = path(browser.mail, "no-fui-yo")
    assert "checked" not in Client().get(objection, follow=True).content.decode()
    assert says in object_to(objection, answer=answer).content.decode()
    browser.visit(path(browser.mail))
    browser.post()
    browser.save()
    assert browser.is_signed_in


def test_not_me_of_the_first_mail_ends_it_too(browser: Browser) -> None:
    browser.begin()
    object_to(path(browser.mail, "no-fui-yo"))
    mails = browser.mails(browser.holder.employer.email)
    assert "Este intento ya terminó" in browser.post(code=code(text(mails[0]))).content.decode()


def test_not_me_while_the_key_is_being_chosen_keeps_the_old_key(browser: Browser) -> None:
    browser.open()
    object_to(path(browser.mail, "no-fui-yo"))
    assert "ya terminó" in browser.save().content.decode()
    assert sign_in(browser.holder.key.number, KEY)


def test_not_me_too_late_says_what_to_do(browser: Browser) -> None:
    browser.open()
    objection = path(browser.mail, "no-fui-yo")
    browser.save()
    assert "La clave ya se cambió" in Client().get(objection, follow=True).content.decode()


@pytest.mark.parametrize("token", ["x/", "00000000000000000000000000000000:x/", "no-existe", "a/b/c."])
def test_an_objection_to_nothing_is_answered_kindly(client: Client, token: str) -> None:
    answer = client.get(f"{BEGIN}no-fui-yo/{token}", follow=True)
    assert answer.status_code == 200
    assert "ya no vale" in answer.content.decode()
    assert "ya no vale" in client.post(f"{BEGIN}no-fui-yo/").content.decode()


@pytest.mark.parametrize("damage", ["{}", "{}.", "{}/.", "{}//"])
def test_links_that_a_mail_program_damaged_a_little_still_lead_on(browser: Browser, damage: str) -> None:
    browser.pass_code()
    browser.visit(damage.format(path(browser.mail).rstrip("/")))
    browser.post()
    assert browser.at.endswith("/clave/")


def test_documents_say_the_cases_the_roads_and_what_to_bring(client: Client) -> None:
    page = client.get("/empleadores/clave/documentos/").content.decode()
    for words in (
        "primera clave",
        "cerrado o suspendido en el SRI",
        "En una oficina, con turno",
        "Por la ventanilla virtual",
        "Firmada electrónicamente",
        "Calificación artesanal",
        "su cédula seguida de 000",
        "Autorización de retiro de contraseña",
        "JPG o PDF de 1 MB",
    ):
        assert words in page, words
    client.cookies["django_language"] = "en"
    assert "Through the virtual desk" in client.get("/empleadores/clave/documentos/").content.decode()
