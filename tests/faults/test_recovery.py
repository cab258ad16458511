"""The faults of a recovery: late, twice, elsewhere, by programs, by strangers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access.models import EmployerKey
from afilia.notices.models import Message
from afilia.recovery.models import Recovery
from afilia.verification.models import Attempt, Code
from tests.recovery.people import BEGIN, NEW_KEY, Browser, Holder, Mails, code, make_holder, path, text
from tests.verification.attempts import wrong

pytestmark = pytest.mark.django_db

JUST_IN_TIME = timedelta(minutes=2, seconds=59, milliseconds=999)
TOO_LATE = timedelta(minutes=3)


@pytest.fixture
def holder(db: None) -> Holder:
    return make_holder()


@pytest.fixture
def mails(settings: Any) -> Any:
    from tests.notices.postbox import smtp_server

    with smtp_server(settings) as postbox:
        yield Mails(postbox)


@pytest.fixture
def browser(holder: Holder, mails: Mails) -> Browser:
    return Browser(holder, mails)


class Clock:
    """The server's clock, stopped."""

    def __init__(self) -> None:
        self.now = timezone.now()

    def __call__(self) -> datetime:
        return self.now

    def go(self, step: timedelta) -> None:
        self.now += step


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    stopped = Clock()
    monkeypatch.setattr("afilia.recovery.views.timezone.now", stopped)
    return stopped


@pytest.mark.parametrize(("age", "is_good"), [(JUST_IN_TIME, True), (TOO_LATE, False)])
def test_the_code_is_good_at_2_59_999_and_dead_at_3_00_000(
    age: timedelta, is_good: bool, browser: Browser, clock: Clock
) -> None:
    browser.begin()
    typed = code(browser.mail)
    clock.go(age)
    page = browser.post(code=typed).content.decode()
    assert browser.at.endswith("/enlace/") is is_good
    assert ("vale tres minutos. Pida otro código" in page) is not is_good


@pytest.mark.parametrize(("age", "is_good"), [(JUST_IN_TIME, True), (TOO_LATE, False)])
def test_the_link_is_good_at_2_59_999_and_dead_at_3_00_000(
    age: timedelta, is_good: bool, browser: Browser, clock: Clock
) -> None:
    browser.pass_code()
    link = path(browser.mail)
    clock.go(age)
    page = browser.visit(link).content.decode()
    browser.post()
    assert browser.at.endswith("/clave/") is is_good
    assert ("El enlace ya no vale" in page) is not is_good
    if not is_good:
        assert "Pedir otro enlace" in page


def test_a_link_that_dies_while_its_page_is_open_opens_nothing(browser: Browser, clock: Clock) -> None:
    browser.pass_code()
    browser.visit(path(browser.mail))
    clock.go(TOO_LATE)
    assert "El enlace ya no vale" in browser.post().content.decode()


def test_choosing_a_key_ends_after_fifteen_minutes(browser: Browser, clock: Clock) -> None:
    browser.open()
    clock.go(timedelta(minutes=15) - timedelta(milliseconds=1))
    assert "caracteres o más" in browser.visit(browser.at).content.decode()
    clock.go(timedelta(milliseconds=1))
    assert "ya terminó" in browser.save().content.decode()


def test_two_tabs_with_two_recoveries_do_not_disturb_each_other(browser: Browser) -> None:
    browser.begin()
    tab = Browser(browser.holder, browser.mails, client=browser.client)
    tab.begin()
    first, second = (code(text) for text in _texts(browser))
    browser.post(code=first)
    assert browser.at.endswith("/enlace/")
    tab.post(code=second)
    assert tab.at.endswith("/enlace/")
    assert browser.at != tab.at
    tab.visit(path(tab.mail))
    tab.post()
    tab.save()
    assert tab.is_signed_in


def test_two_tabs_with_the_same_recovery_save_one_key(browser: Browser) -> None:
    browser.open()
    page = browser.at
    tab = Client()
    tab.cookies.update(browser.client.cookies)
    assert "caracteres o más" in tab.get(page).content.decode()
    browser.save()
    answer = tab.post(page, {"new_key": "otra frase de cuatro peces", "repeat": "otra frase de cuatro peces"})
    assert "ya terminó" in answer.content.decode()
    assert browser.is_signed_in


def test_a_phone_needs_the_short_code_of_the_mail(browser: Browser) -> None:
    browser.pass_code()
    mail = browser.mail
    phone = Browser(browser.holder, browser.mails)
    assert "Código corto" in phone.visit(path(mail)).content.decode()
    assert "Escriba el código corto" in phone.post(code="").content.decode()
    assert "no es correcto" in phone.post(code=wrong(code(mail))).content.decode()
    phone.post(code=code(mail))
    assert phone.at.endswith("/clave/")
    phone.save()
    assert phone.is_signed_in
    assert not browser.is_signed_in


def test_a_phone_may_guess_the_short_code_three_times(browser: Browser) -> None:
    browser.pass_code()
    mail = browser.mail
    phone = Browser(browser.holder, browser.mails)
    phone.visit(path(mail))
    for _ in range(3):
        phone.post(code=wrong(code(mail)))
    assert "se escribió mal tres veces" in phone.post(code=code(mail)).content.decode()
    # The browser that typed the first code needs no short one.
    browser.visit(path(mail))
    browser.post()
    assert browser.at.endswith("/clave/")


def test_whoever_visits_the_links_of_the_mails_spends_nothing(browser: Browser) -> None:
    browser.pass_code()
    link, objection = path(browser.mail), path(browser.mail, "no-fui-yo")
    before = _recovery_rows()
    for address in (link, objection):
        for scanner in (Client(), Client(enforce_csrf_checks=True)):
            for method in ("get", "head", "options"):
                for _ in range(3):
                    getattr(scanner, method)(address)
                    scanner.get(f"{BEGIN}abrir/")
                    scanner.get(f"{BEGIN}no-fui-yo/")
    # A script that presses the button sends no code, and one from another site no token.
    scanner = Client()
    scanner.get(link)
    scanner.post("/empleadores/clave/recuperar/abrir/", {})
    scanner.get(objection)
    scanner.post(f"{BEGIN}no-fui-yo/", {"csrfmiddlewaretoken": "x"})
    stranger = Client(enforce_csrf_checks=True)
    stranger.get(link)
    assert stranger.post("/empleadores/clave/recuperar/abrir/", {"code": "1"}).status_code == 403
    stranger.get(objection)
    assert stranger.post(f"{BEGIN}no-fui-yo/").status_code == 403
    assert _recovery_rows() == before
    browser.visit(link)
    browser.post()
    browser.save()
    assert browser.is_signed_in


def test_addresses_that_are_not_of_our_mails_leave_no_session(browser: Browser) -> None:
    browser.pass_code()
    link, objection = path(browser.mail), path(browser.mail, "no-fui-yo")
    for address in (
        link.replace("/abrir/", "/abrir/0"),
        objection.replace("fui-yo/", "fui-yo/0"),
        f"{BEGIN}abrir/",
    ):
        for method in ("get", "head"):
            visitor = Client()
            answer = getattr(visitor, method)(address, follow=True)
            assert answer.status_code == 200
            assert "sessionid" not in visitor.cookies
            if method == "get":
                assert "ya no vale" in answer.content.decode()
    assert "¿No fue usted?" in visitor.get(objection, follow=True).content.decode()
    assert "ya no vale" in visitor.get(f"{objection[:-1]}0/", follow=True).content.decode()


def test_nothing_of_a_completed_recovery_serves_again(browser: Browser) -> None:
    browser.begin()
    first_page, first = browser.at, code(browser.mail)
    browser.post(code=first)
    mail = browser.mail
    browser.visit(path(mail))
    browser.post()
    key_page = browser.at
    browser.save()
    changed_at = EmployerKey.objects.get(pk=browser.holder.key.pk).changed_at
    replay = Browser(browser.holder, browser.mails)
    assert "ya no vale" in replay.visit(path(mail)).content.decode()
    replay.at = f"{BEGIN}abrir/"
    assert "ya no vale" in replay.post(code=code(mail)).content.decode()
    for client in (browser.client, replay.client):
        client.post(first_page, {"code": first})
        client.post(
            key_page, {"new_key": "otra frase de cuatro peces", "repeat": "otra frase de cuatro peces"}
        )
    assert EmployerKey.objects.get(pk=browser.holder.key.pk).changed_at == changed_at


def test_the_pages_of_a_recovery_open_in_its_browser_alone(browser: Browser) -> None:
    browser.open()
    recovery = Recovery.objects.get()
    stranger = Client()
    for page in ("codigo", "enlace"):
        for answer in (
            stranger.get(f"{BEGIN}{recovery.pk}/{page}/"),
            stranger.post(f"{BEGIN}{recovery.pk}/{page}/"),
        ):
            assert (answer.status_code, answer["Location"]) == (302, BEGIN)
    assert stranger.get(f"{BEGIN}{recovery.pk}/correo/").status_code == 204
    form = {"new_key": NEW_KEY, "repeat": NEW_KEY}
    for answer in (
        stranger.get(f"{BEGIN}{recovery.pk}/clave/"),
        stranger.post(f"{BEGIN}{recovery.pk}/clave/", form),
    ):
        assert "ya terminó" in answer.content.decode()
    assert not _is_completed()


def test_steps_cannot_be_left_out(browser: Browser) -> None:
    browser.begin()
    recovery = Recovery.objects.get()
    form = {"new_key": NEW_KEY, "repeat": NEW_KEY}
    browser.client.post(f"{BEGIN}{recovery.pk}/clave/", form)
    browser.client.post(f"{BEGIN}abrir/", {})
    assert not _is_completed()
    browser.post(code=code(browser.mail))
    browser.client.post(f"{BEGIN}{recovery.pk}/clave/", form)
    browser.client.post(f"{BEGIN}abrir/", {})
    assert not _is_completed()


def test_a_session_known_before_a_step_does_not_come_along(browser: Browser) -> None:
    client = browser.client
    known = []

    def step(answer: HttpResponse) -> None:
        known.append(client.cookies["sessionid"].value)

    client.session.save()  # one that was planted
    step(browser.visit(BEGIN))
    step(browser.begin())
    step(browser.post(code=code(browser.mail)))
    browser.visit(path(browser.mail))
    step(browser.post())
    page = browser.at
    browser.save()
    assert browser.is_signed_in
    assert len({*known, client.cookies["sessionid"].value}) == 5
    for number in known:
        fixed = Client()
        fixed.cookies["sessionid"] = number
        assert fixed.get("/empleadores/batch/historial/").status_code == 302
        assert "ya terminó" in fixed.get(page).content.decode()


@pytest.mark.parametrize("headers", [{"Host": "127.0.0.1"}, {"X-Forwarded-Host": "evil.example"}])
def test_links_are_built_from_the_settings_whatever_the_host(
    headers: dict[str, str], holder: Holder, mails: Mails, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://portal.example.org"
    client = Client(headers=headers)
    Browser(holder, mails, client=client).begin()
    mail = mails.last(holder.employer.email)
    assert "https://portal.example.org/empleadores/clave/recuperar/no-fui-yo/" in mail
    assert "127.0.0.1" not in mail
    assert "evil.example" not in mail


def test_a_foreign_host_is_answered_with_400_and_sends_nothing(holder: Holder) -> None:
    answer = Client(headers={"Host": "evil.example"}).post(BEGIN, holder.form)
    assert answer.status_code == 400
    assert not Message.objects.exists()


def test_the_address_of_the_link_reaches_no_page_and_no_other_site(browser: Browser) -> None:
    browser.pass_code()
    link = path(browser.mail)
    token = link.rstrip("/").rpartition("/")[2]
    answer = browser.client.get(link)
    assert (answer.status_code, answer["Location"]) == (302, f"{BEGIN}abrir/")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    page = browser.client.get(answer["Location"])
    assert token not in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    session = browser.client.session
    assert token not in str(dict(session.items()))


def _texts(browser: Browser) -> list[str]:
    return [text(mail) for mail in browser.mails(browser.holder.employer.email)]


def _recovery_rows() -> list[Any]:
    """All that a visit could have changed."""
    return [
        [*model.objects.order_by("pk").values()] for model in (Attempt, Code, Recovery, Message, EmployerKey)
    ]


def _is_completed() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM recovery_recovery WHERE completed_at IS NOT NULL")
        (count,) = cursor.fetchone()
    return bool(count)
