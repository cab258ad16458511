"""The page of deadlines, its calendar feed, and the warnings."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.batches.models import Batch
from afilia.deadlines import actions
from afilia.deadlines.models import Feed, Warned
from afilia.employers.models import Branch
from afilia.notices.models import Message
from tests.builders import (
    NOW,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    signed_in_client,
)
from tests.novedades.checking import context
from tests.novedades.labour import text

pytestmark = pytest.mark.django_db

PLAZOS = "/empleadores/plazos/"
BEFORE, AFTER = datetime(2026, 12, 1, 13, tzinfo=UTC), datetime(2026, 12, 5, 13, tzinfo=UTC)


@pytest.fixture
def branch() -> Branch:
    return make_branch(make_employer(email_verified_at=NOW))


@pytest.fixture
def key(branch: Branch) -> EmployerKey:
    return make_key(branch.employer)


@pytest.fixture
def holder(client: Client, key: EmployerKey) -> Client:
    return signed_in_client(client, key)


def warn(now: datetime) -> list[str]:
    """The subjects of what is posted on a day."""
    known = {message.pk for message in Message.objects.all()}
    actions.warn(context=context(timezone.localdate(now)), now=now)
    return [message.subject for message in Message.objects.exclude(pk__in=known).order_by("pk")]


def unconfirmed(branch: Branch) -> Batch:
    return Batch.objects.create(
        employer=branch.employer, sha256="x", size=1, novedad="MSU", state="planned", received_at=NOW,
        decided_at=NOW, file_name="MSU.txt",
    )  # fmt: skip


def test_page_tells_what_is_due_and_by_which_rule(holder: Client, branch: Branch) -> None:
    said = text(holder, PLAZOS)
    for words in (
        "Ley de Seguridad Social, art. 73",
        "días calendario",
        "Aviso de entrada: hasta 15 días después del hecho",
        "Aportes de",
    ):
        assert words in said
    assert "Pendiente" not in said
    unconfirmed(branch)
    assert "1 archivo espera su confirmación" in text(holder, PLAZOS)


def test_nobody_comes_without_a_sign_in(client: Client) -> None:
    for address in ("", "calendario/", "avisos/"):
        method = client.post if address else client.get
        assert "ingresar" in method(f"{PLAZOS}{address}")["Location"]


def link(holder: Client) -> str:
    page = holder.post(f"{PLAZOS}calendario/", {"do": "make"}).content.decode()
    found = re.search(r"/plazos/[0-9a-f]{40}\.ics", page)
    assert found
    return found[0]


def test_calendar_is_read_by_its_link_alone(holder: Client) -> None:
    address = link(holder)
    answer = Client().get(address)
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    titles = [str(event["summary"]) for event in calendar.walk("VEVENT")]
    assert any(title.startswith("Aportes de") for title in titles)
    uids = [str(event["uid"]) for event in calendar.walk("VEVENT")]
    assert len(uids) == len(set(uids))
    assert address not in text(holder, PLAZOS)
    assert Client().get("/plazos/" + "0" * 40 + ".ics").status_code == 404


def test_link_is_kept_only_as_a_keyed_hash(holder: Client) -> None:
    token = link(holder).removeprefix("/plazos/").removesuffix(".ics")
    assert token.encode() not in bytes(Feed.objects.get().digest)
    assert not Entry.objects.filter(facts__icontains=token).exists()


def test_link_ends_when_it_is_made_anew_or_ended_or_the_key_is_gone(holder: Client, key: EmployerKey) -> None:
    first = link(holder)
    second = link(holder)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
    holder.post(f"{PLAZOS}calendario/", {"do": "end"})
    assert Client().get(second).status_code == 404
    third = link(holder)
    key.number = "9" * 10
    key.save()
    assert Client().get(third).status_code == 404


def test_employer_is_warned_once_before_each_deadline(branch: Branch) -> None:
    make_employment(branch=branch)
    assert warn(BEFORE) == ["Las novedades de noviembre de 2026 vencen el 3 de diciembre de 2026"]
    assert warn(BEFORE + timedelta(days=1)) == []
    [mail] = Message.objects.filter(to=branch.employer.email)
    assert "/empleadores/plazos/" in mail.text
    assert warn(datetime(2026, 12, 12, 13, tzinfo=UTC)) == [
        "Los aportes de noviembre de 2026 vencen el 15 de diciembre de 2026"
    ]


def test_after_a_deadline_only_what_is_known_to_be_open_is_told(branch: Branch) -> None:
    make_employment(branch=branch)
    assert warn(AFTER) == []
    unconfirmed(branch)
    assert warn(AFTER) == ["Quedan novedades pendientes: el plazo de noviembre de 2026 venció"]
    assert warn(AFTER) == []
    assert Warned.objects.get().moment == "after"


@pytest.mark.parametrize(
    "changes", [{"email": ""}, {"email_verified_at": None}], ids=["without e-mail", "not verified"]
)
def test_who_has_no_verified_email_or_no_workers_is_not_warned(changes: dict[str, object]) -> None:
    make_employment(branch=make_branch(make_employer(**{"email_verified_at": NOW, **changes})))
    gone = make_branch(make_employer(email_verified_at=NOW))
    make_employment(branch=gone, left_on=date(2026, 1, 1))
    assert warn(BEFORE) == []


def test_key_to_one_branch_does_not_silence_the_employer(client: Client, branch: Branch) -> None:
    signed_in_client(client, make_key(branch.employer, branches=(branch,)))
    assert "No avisarme más" not in text(client, PLAZOS)
    assert client.post(f"{PLAZOS}avisos/", {"wanted": "0"}).status_code == 403
    assert "Los avisos están apagados." not in text(client, PLAZOS)


def test_warnings_are_turned_off_and_on(holder: Client, branch: Branch) -> None:
    make_employment(branch=branch)
    holder.post(f"{PLAZOS}avisos/", {"wanted": "0"})
    assert "Los avisos están apagados." in text(holder, PLAZOS)
    assert warn(BEFORE) == []
    holder.post(f"{PLAZOS}avisos/", {"wanted": "1"})
    assert len(warn(BEFORE)) == 1
    assert [
        *Entry.objects.filter(event__startswith="deadlines.").order_by("pk").values_list("event", flat=True)
    ] == [
        "deadlines.warnings-off",
        "deadlines.warnings-on",
    ]
