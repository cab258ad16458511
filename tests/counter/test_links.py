"""The link in place of a printed key, from the mail to the first page behind it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.counter.models import Handover
from afilia.counter.rules.handing import LINK_TRIES, Road
from afilia.employers.models import Employer
from afilia.notices import actions as notices
from afilia.notices.actions import NotSentError
from afilia.notices.models import Message
from afilia.staff.rules import Staff
from tests.builders import cedula
from tests.counter.builders import give, make_applicant, make_clerk, make_prepared
from tests.notices.postbox import free_port, reach, smtp_server

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]
PAGE = "/empleadores/clave/activar/"
OWN_KEY = "tijera nube caimito 7"


@pytest.fixture
def clerk() -> Staff:
    return make_clerk()


def sent(employer: Employer, by: Staff) -> Handover:
    """A link on its way."""
    now = timezone.now()
    handover = make_prepared(employer, by, road=Road.LINK, now=now)
    assert give(handover, by, now=now) is None
    handover.refresh_from_db()
    return handover


def mailed(settings: object, employer: Employer) -> str:
    """The path in the mail to the employer that was sent last, as a real mail server got it."""
    message = Message.objects.filter(to=employer.email, subject__contains="Active su clave").latest("pk")
    with smtp_server(settings) as postbox:
        notices.send(message_id=message.pk, now=timezone.now())
        (mail,) = postbox.to(employer.email)
    body = mail.get_body(("plain",))
    assert body
    found = re.search(r"(/empleadores/clave/activar/\w+/)", body.get_content())
    assert found
    return found[1]


def test_the_link_leads_to_a_key_of_ones_own_and_serves_once(
    client: Client, clerk: Staff, settings: object
) -> None:
    employer = make_applicant()
    handover = sent(employer, clerk)
    path = mailed(settings, employer)
    opened = client.get(path)
    assert (opened["Location"], opened["Referrer-Policy"]) == (PAGE, "no-referrer")
    assert client.get(path).status_code == 302, "a program that looks at links spends nothing"
    assert "Activar su clave" in client.get(PAGE).content.decode()
    number = employer.representative.number
    assert client.post(PAGE, {"number": f" {number[:5]}-{number[5:]} "})["Location"] == PAGE
    weak = client.post(PAGE, {"new_key": "quito2026", "repeat": "quito2026"}).content.decode()
    assert "La clave es muy corta" in weak
    done = client.post(PAGE, {"new_key": OWN_KEY, "repeat": OWN_KEY})
    assert done.status_code == 302
    assert "ya ingresó con ella" in client.get(done["Location"]).content.decode()
    assert EmployerKey.objects.get().handed_until is None
    handover.refresh_from_db()
    assert handover.used_at is not None
    other = Client()
    other.get(path)
    assert "El enlace ya no vale" in other.get(PAGE).content.decode()
    events = [*Entry.objects.order_by("pk").values_list("event", flat=True)]
    assert events[:2] == ["counter.papers-seen", "key.handed-over"]
    assert "counter.link-used" in events
    signed_in = Client().post("/empleadores/ingresar/", {"number": number, "key": OWN_KEY})
    assert signed_in.status_code == 302


def test_nothing_of_the_link_is_kept_in_the_clear(clerk: Staff, settings: object) -> None:
    employer = make_applicant()
    sent(employer, clerk)
    waiting = Message.objects.get(subject__contains="Active su clave")
    assert (waiting.text, waiting.sealed is None) == ("", False)
    token = mailed(settings, employer).split("/")[-2]
    rows = [*Handover.objects.values(), *Entry.objects.values(), *Message.objects.values()]
    assert not [row for row in rows if token in str(row)]


def test_another_number_kills_the_link_in_the_end(client: Client, clerk: Staff, settings: object) -> None:
    employer = make_applicant()
    sent(employer, clerk)
    path = mailed(settings, employer)
    client.get(path)
    for _ in range(LINK_TRIES - 1):
        page = client.post(PAGE, {"number": cedula()}).content.decode()
        assert "Ese no es el número" in page
    client.post(PAGE, {"number": cedula()})
    assert "ya no vale" in client.post(PAGE, {"number": employer.representative.number}).content.decode()
    assert Entry.objects.filter(event="counter.link-refused").count() == LINK_TRIES
    assert EmployerKey.objects.get().handed_until is not None


def test_no_key_is_chosen_without_the_number(client: Client, clerk: Staff, settings: object) -> None:
    employer = make_applicant()
    sent(employer, clerk)
    client.get(mailed(settings, employer))
    page = client.post(PAGE, {"new_key": OWN_KEY, "repeat": OWN_KEY}).content.decode()
    assert "Escriba su número de identificación" in page
    assert EmployerKey.objects.get().handed_until is not None


@pytest.mark.parametrize("ending", ["expired", "sent again", "sheet"])
def test_a_link_is_dead_once_another_key_is_given_or_its_time_is_over(
    client: Client, clerk: Staff, settings: object, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    employer = make_applicant()
    handover = sent(employer, clerk)
    path = mailed(settings, employer)
    client.get(path)
    client.post(PAGE, {"number": employer.representative.number})
    now = timezone.now()
    if ending == "expired":
        monkeypatch.setattr(timezone, "now", lambda: now + timedelta(hours=73))
    elif ending == "sent again":
        give(handover, clerk, seen=1, now=now)
    else:
        other = make_clerk()
        give(make_prepared(employer, other, now=now), other, now=now)
    page = client.post(PAGE, {"new_key": OWN_KEY, "repeat": OWN_KEY}).content.decode()
    assert "El enlace ya no vale" in page
    assert EmployerKey.objects.get().handed_until is not None


def test_a_link_that_was_never_sent_and_one_cut_off_say_the_same(client: Client) -> None:
    for path in ("0" * 40 + "/", "0123/", "abc.", "x/y/z"):
        assert client.get(PAGE + path)["Location"] == PAGE
        assert "El enlace ya no vale" in client.get(PAGE).content.decode()
    assert "sessionid" not in client.cookies
    assert client.post(f"{PAGE}0123/").status_code == 405


def test_the_mail_server_down_keeps_the_link_until_it_is_back(
    client: Client, clerk: Staff, settings: object
) -> None:
    employer = make_applicant()
    sent(employer, clerk)
    message = Message.objects.get(subject__contains="Active su clave")
    reach(settings, free_port())
    with pytest.raises(NotSentError):
        notices.send(message_id=message.pk, now=timezone.now())
    message.refresh_from_db()
    assert message.sealed is not None
    client.get(mailed(settings, employer))
    assert "Activar su clave" in client.get(PAGE).content.decode()
