"""«Start today»: entries filed before the code, until they are registered or come to nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.employers.models import Branch
from afilia.foreigners.actions import deciding, entries, preparing
from afilia.foreigners.models import CodeRequest, ProvisionalEntry
from afilia.foreigners.policy import ForeignersPolicy
from afilia.foreigners.rules.states import EntryState
from afilia.notices.models import Message
from afilia.novedades.models import Novedad
from afilia.novedades.single import Judged
from afilia.staff.rules import Role
from afilia.workers.models import Employment, Person
from tests.builders import NOW, make_branch, make_employment, make_key, make_person, signed_in_client
from tests.counter.builders import make_clerk
from tests.foreigners.builders import make_open_employer, make_opened, make_request
from tests.staff.builders import make_office, make_staff, sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)
CODE = "6100000018"
VALUES = {
    "sucursal": "0001",
    "anio": "2026",
    "mes": "11",
    "fecha_ingreso": "20261120",
    "fecha_registro": "20261121",
    "jornada": "1",
    "seguro_social": "R",
    "tipo_empleador": "2",
    "relacion_trabajo": "06",
    "cargo": "SOLDADORA",
    "actividad_sectorial": "0101011112039",
    "sueldo": "482.00",
    "origen_pago": "P",
}


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch(make_open_employer())


@pytest.fixture
def request_row(branch: Branch) -> CodeRequest:
    return make_request(branch.employer)


def file(request: CodeRequest, *, now: datetime = NOW, **changes: str) -> ProvisionalEntry:
    return entries.file(
        request=request,
        branch=request.employer.branches.get(number=changes.get("sucursal", "0001")),
        values=VALUES | changes,
        allowed=None,
        by_number="1700000001",
        actor="holder:1",
        now=now,
    )


def turned_off(settings: object, days: int) -> None:
    policy: ForeignersPolicy = settings.FOREIGNERS  # type: ignore[attr-defined]
    settings.FOREIGNERS = replace(policy, provisional_days=days)  # type: ignore[attr-defined]


def test_an_entry_is_kept_and_registers_nothing(request_row: CodeRequest) -> None:
    entry = file(request_row)
    assert (entry.state, entry.entered_on, entry.filed_at) == (EntryState.OPEN, date(2026, 11, 20), NOW)
    assert entry.complete_by == TODAY + timedelta(days=30)
    assert not Novedad.objects.exists()
    assert not Person.objects.exists()
    assert Entry.objects.filter(event="foreigners.entry-filed").count() == 1
    mail = Message.objects.latest("pk")
    assert mail.to == request_row.employer.email
    assert "482" not in mail.text


def test_filed_twice_it_is_kept_once(request_row: CodeRequest) -> None:
    assert file(request_row) == file(request_row)
    assert ProvisionalEntry.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"sueldo": "cuatro"},
        {"fecha_ingreso": "20271120"},
        {"causa": "", "seguro_social": "X"},
        {"actividad_sectorial": "12"},
        {"cargo": ""},
    ],
)
def test_the_rules_of_a_batch_judge_it(request_row: CodeRequest, changes: dict[str, str]) -> None:
    with pytest.raises(entries.FaultyError) as error:
        file(request_row, **changes)
    assert error.value.judged.errors
    assert not ProvisionalEntry.objects.exists()


def test_a_setting_turns_it_off(request_row: CodeRequest, settings: object) -> None:
    turned_off(settings, 0)
    with pytest.raises(entries.NotFiledError):
        file(request_row)


def test_it_becomes_definite_with_the_day_on_which_it_was_filed(request_row: CodeRequest) -> None:
    entry = file(request_row)
    person = make_person(number=CODE, names=request_row.names, birth_on=request_row.birth_on)
    later = NOW + timedelta(days=40)
    with transaction.atomic():
        entries.make_definite(request=request_row, number=CODE, now=later)
    entry.refresh_from_db()
    assert entry.state == EntryState.DEFINITE
    assert entry.filing
    assert entry.filing.filed_at == NOW
    employment = Employment.objects.get()
    assert (employment.person, employment.entered_on) == (person, date(2026, 11, 20))
    novedad = Novedad.objects.get()
    assert novedad.due_on >= TODAY  # in time, forty days later or not
    with transaction.atomic():
        assert entries.make_definite(request=request_row, number=CODE, now=later) == []
    assert Employment.objects.count() == 1


def test_one_that_the_rules_refuse_now_does_not_hold_up_the_code(
    request_row: CodeRequest, branch: Branch
) -> None:
    entry = file(request_row)
    person = make_person(number=CODE)
    make_employment(branch=branch, person=person)  # entered with the code meanwhile
    with transaction.atomic():
        entries.make_definite(request=request_row, number=CODE, now=NOW)
    entry.refresh_from_db()
    assert entry.state == EntryState.OPEN
    assert entry.findings
    assert Employment.objects.count() == 1
    assert "corrección" in Message.objects.latest("pk").subject


def test_it_comes_to_nothing_with_its_request(request_row: CodeRequest) -> None:
    entry = file(request_row)
    preparing.withdraw(request=request_row, actor="holder:1", now=NOW)
    entry.refresh_from_db()
    assert entry.state == EntryState.LAPSED
    with pytest.raises(entries.NotFiledError):
        file(request_row)


def test_an_entry_is_withdrawn_once(request_row: CodeRequest) -> None:
    entry = file(request_row)
    assert entries.withdraw(entry=entry, actor="holder:1", now=NOW)
    assert not entries.withdraw(entry=entry, actor="holder:1", now=NOW)
    assert file(request_row) != entry


def test_the_employer_is_told_once_after_the_last_day(request_row: CodeRequest) -> None:
    file(request_row)
    mails = Message.objects.count()
    last = datetime(2026, 12, 21, 23, 0, tzinfo=UTC)
    entries.remind(now=last)
    assert Message.objects.count() == mails
    for _ in range(2):
        entries.remind(now=last + timedelta(days=1))
    assert Message.objects.count() == mails + 1
    assert "Falta el código" in Message.objects.latest("pk").subject


def test_the_page_files_an_entry_today(branch: Branch) -> None:
    today = timezone.localdate()
    request = make_request(branch.employer, now=timezone.now())
    browser = signed_in_client(Client(), make_key(branch.employer))
    there = f"/empleadores/extranjeros/{request.key}/"
    assert f"{there}entrada/" in browser.get(there).content.decode()
    form = browser.get(f"{there}entrada/")
    assert form.status_code == 200
    typed = {
        "sucursal": "0001",
        "fecha_ingreso": today.isoformat(),
        "jornada": "1",
        "seguro_social": "R",
        "tipo_empleador": "2",
        "relacion_trabajo": "06",
        "cargo": "SOLDADORA",
        "actividad_sectorial": "0101011112039",
        "sueldo": "1.482,00",
        "origen_pago": "P",
    }
    wrong = browser.post(f"{there}entrada/", typed)
    assert wrong.status_code == 422
    assert 'id="id_sueldo-error"' in wrong.content.decode()
    sent = browser.post(f"{there}entrada/", typed | {"sueldo": "1482,00"})
    assert sent["Location"] == there
    entry = ProvisionalEntry.objects.get()
    assert entry.values["sueldo"] == "1482.00"
    assert "Provisional" in browser.get(there).content.decode()
    assert browser.get(f"{there}entrada/")["Location"] == there  # one at a time
    withdraw = f"{there}entrada/{entry.pk}/retirar/"
    assert browser.get(withdraw).status_code == 200
    assert browser.post(withdraw, {"answer": "yes"})["Location"] == there
    assert ProvisionalEntry.objects.get().state == EntryState.WITHDRAWN
    stranger = signed_in_client(Client(), make_key(make_open_employer()))
    assert stranger.get(f"{there}entrada/").status_code == 404
    assert stranger.get(withdraw).status_code == 404


def test_a_request_withdrawn_while_the_entry_was_typed_takes_none_and_says_so(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = make_request(branch.employer, now=timezone.now())
    judge = entries.judge

    def in_another_tab(**asked: Any) -> Judged:
        preparing.withdraw(request=request, actor="holder:1", now=NOW)
        return judge(**asked)

    monkeypatch.setattr(entries, "judge", in_another_tab)
    today = timezone.localdate()
    browser = signed_in_client(Client(), make_key(branch.employer))
    there = f"/empleadores/extranjeros/{request.key}/"
    typed = VALUES | {"fecha_ingreso": today.isoformat()}
    said = browser.post(f"{there}entrada/", typed, follow=True).content.decode()
    assert "la entrada no se presentó" in said
    assert "como provisional" not in said
    assert not ProvisionalEntry.objects.exists()


def test_a_code_without_an_entry_leads_to_the_notice(branch: Branch) -> None:
    person = make_person(number=CODE)
    request = make_request(branch.employer)
    CodeRequest.objects.filter(pk=request.pk).update(
        state="issued", code=person.numbers.get(), decided_at=NOW, ended_at=NOW, by=make_staff().pk
    )
    browser = signed_in_client(Client(), make_key(branch.employer))
    notice = f"/empleadores/avisos/nuevo/ENT/?identificacion={CODE}"
    assert notice in browser.get(f"/empleadores/extranjeros/{request.key}/").content.decode()
    make_employment(branch=branch, person=person)
    assert notice not in browser.get(f"/empleadores/extranjeros/{request.key}/").content.decode()


def test_an_overdue_entry_stands_on_the_page_of_the_employer(branch: Branch) -> None:
    request = make_request(branch.employer, now=NOW)
    file(request)
    ProvisionalEntry.objects.update(complete_by=date(2026, 1, 1))
    browser = signed_in_client(Client(), make_key(branch.employer))
    assert "debía completarse" in browser.get("/empleadores/extranjeros/").content.decode()


def official(province: str = "17") -> Client:
    """The browser of somebody at a counter in a province."""
    return sign_in_staff(Client(), make_staff(office=make_office(province=province)))


DESK = "/funcionarios/extranjeros/entradas/"


def test_officials_of_the_province_see_what_waits(request_row: CodeRequest) -> None:
    file(request_row)
    number = request_row.request_number
    assert number not in official().get(DESK).content.decode()
    ProvisionalEntry.objects.update(complete_by=date(2026, 1, 1))
    assert number in official().get(DESK).content.decode()
    assert number not in official("09").get(DESK).content.decode()
    CodeRequest.objects.update(office=make_office(province="09"))
    assert number in official("09").get(DESK).content.decode()
    assert number not in official().get(DESK).content.decode()
    assert Entry.objects.filter(event="foreigners.entries-looked-at").count() == 5


def test_the_page_of_officials_is_theirs_alone(branch: Branch) -> None:
    legal = sign_in_staff(Client(), make_staff(Role.LEGAL, province="17"))
    assert legal.get(DESK).status_code == 404
    assert signed_in_client(Client(), make_key(branch.employer)).get(DESK).status_code == 404
    assert Client().get(DESK)["Location"].startswith("/funcionarios/entrar/")


def test_requests_that_came_to_nothing_are_forgotten_and_decided_or_filed_ones_stay(branch: Branch) -> None:
    nothing, decided, filed, live = (make_request(branch.employer) for _ in range(4))
    clerk = make_clerk()
    deciding.ask_correction(
        request=make_opened(decided, clerk), revision=1, reason="sin-firma", text="", by=clerk, now=NOW
    )
    file(filed)
    for request in (nothing, decided, filed):
        preparing.withdraw(request=request, actor="holder:1", now=NOW)
    kept = timedelta(days=180)
    preparing.forget(now=NOW + kept)
    assert CodeRequest.objects.count() == 4
    preparing.forget(now=NOW + kept + timedelta(seconds=1))
    assert {*CodeRequest.objects.all()} == {decided, filed, live}
