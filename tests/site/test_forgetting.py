"""What the page of one's data says is forgotten is forgotten by its jobs, with real rows of each table."""

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app as queue

from afilia.access.models import KeySession, KnownDevice, Tries
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import State as Booking
from afilia.appointments.rules.states import Waiting
from afilia.attendance.models import OfficeDay, Visit
from afilia.attendance.rules.order import Standing
from afilia.attendance.rules.visits import State as VisitState
from afilia.batches.models import Batch
from afilia.batches.rules import State as BatchState
from afilia.cases.models import Case, Paper
from afilia.counter.models import Handover
from afilia.foreigners.actions import preparing
from afilia.foreigners.models import CodeRequest
from afilia.notices.models import Message, State
from afilia.payroll.models import Comparison
from afilia.recovery.models import Recovery
from afilia.recovery.rules import Standing as Found
from afilia.registration.models import Draft, Uses
from afilia.site import privacy
from afilia.staff.models import StaffDevice, StaffSession
from afilia.verification.models import Attempt, Code, Tally
from tests.appointments import builders as places
from tests.attendance import builders as room
from tests.batches.filing import employ, make_desk
from tests.builders import make_employer, make_key
from tests.cases.builders import fill, make_draft, make_official
from tests.counter.builders import make_applicant, make_clerk, make_prepared
from tests.foreigners.builders import make_request
from tests.staff.builders import make_staff
from tests.transparency.test_complaints import answer, send

pytestmark = pytest.mark.django_db
IsThere = Callable[[], bool]
PERIODS = [one for one in privacy.data()["kept"] if "period" in one]
DAY = timedelta(days=1)


def some() -> bytes:
    return secrets.token_bytes(32)


def draft(at: datetime) -> IsThere:
    case = fill(make_draft(now=at), now=at)
    return Case.objects.filter(pk=case.pk).exists


def paper(at: datetime) -> IsThere:
    case = fill(make_draft(now=at), now=at)
    return Paper.objects.filter(case_id=case.pk).exists


def code_request(at: datetime) -> IsThere:
    row = make_request(now=at)
    preparing.withdraw(request=row, actor="holder:1", now=at)
    return CodeRequest.objects.filter(pk=row.pk).exists


def unnamed_file(at: datetime) -> IsThere:
    name = secrets.token_hex(32)
    path = Path(settings.FILES_DIR) / "received" / name[:2] / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"what was cut off")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path.exists


def handover(at: datetime) -> IsThere:
    row = make_prepared(make_applicant(), make_clerk(), now=at)
    return Handover.objects.filter(pk=row.pk).exists


def batch(at: datetime) -> IsThere:
    desk = make_desk()
    row = desk.plan(desk.record("MSU", employ(desk)), now=at).batch
    Batch.objects.filter(pk=row.pk).update(decided_at=at)
    folder = Path(settings.FILES_DIR) / "batches" / str(row.pk)
    assert folder.is_dir()
    waits = Batch.objects.filter(pk=row.pk, state=BatchState.PLANNED)
    return lambda: folder.exists() and waits.exists()


def comparison(at: datetime) -> IsThere:
    row = Comparison.objects.create(
        employer=make_employer(),
        by_number="",
        file_name="nomina.csv",
        sha256=secrets.token_hex(32),
        month=at.date().replace(day=1),
        received_at=at,
    )
    return Comparison.objects.filter(pk=row.pk).exists


def appointment(at: datetime) -> IsThere:
    row = room.make_appointment(room.make_open_office(), now=at, state=Booking.UNMARKED)
    return lambda: bool(Appointment.objects.get(pk=row.pk).number)


def waiting(at: datetime) -> IsThere:
    row = places.wait()
    WaitingEntry.objects.filter(pk=row.pk).update(state=Waiting.LAPSED, ended_at=at)
    return lambda: bool(WaitingEntry.objects.get(pk=row.pk).number)


def visit(at: datetime) -> IsThere:
    row = Visit.objects.create(
        day=OfficeDay.objects.create(office=room.make_open_office(), on=at.date()),
        number=1,
        ticket="A1",
        procedure=room.KEY,
        identification="1712345678",
        priority=False,
        standing=Standing.WALK_IN,
        arrived_at=at,
        queued_at=at,
        state=VisitState.ATTENDED,
        digest=some(),
    )
    return lambda: bool(Visit.objects.get(pk=row.pk).identification)


def attempt(at: datetime) -> Attempt:
    return Attempt.objects.create(purpose="recovery", email="luz@example.org", template="", started_at=at)


def attempt_alone(at: datetime) -> IsThere:
    return Attempt.objects.filter(pk=attempt(at).pk).exists


def code(at: datetime) -> IsThere:
    row = Code.objects.create(attempt=attempt(at), digest=some(), link=some(), sent_at=at)
    return Code.objects.filter(pk=row.pk).exists


def recovery(at: datetime) -> IsThere:
    row = Recovery.objects.create(
        number="1712345678",
        ruc="1799998242001",
        branch="0001",
        standing=next(iter(Found)),
        code_attempt=attempt(at),
    )
    return Recovery.objects.filter(pk=row.pk).exists


def registration(at: datetime) -> IsThere:
    row = Draft.objects.create(started_at=at, sealed=some())
    return Draft.objects.filter(pk=row.pk).exists


def key_session(at: datetime) -> IsThere:
    key = make_key(make_employer())
    row = KeySession.objects.create(
        key=key, key_changed_at=key.changed_at, digest=some(), started_at=at, seen_at=at
    )
    return KeySession.objects.filter(pk=row.pk).exists


def staff_session(at: datetime) -> IsThere:
    row = StaffSession.objects.create(
        member=make_staff(), member_changed_at=at, digest=some(), started_at=at, seen_at=at
    )
    return StaffSession.objects.filter(pk=row.pk).exists


def browser_session(at: datetime) -> IsThere:
    ends = at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    row = Session.objects.create(session_key=secrets.token_hex(16), session_data="", expire_date=ends)
    return Session.objects.filter(pk=row.pk).exists


def tries(at: datetime) -> IsThere:
    row = Tries.objects.create(bucket=some(), wrong=1, at=at)
    return Tries.objects.filter(pk=row.pk).exists


def tally(at: datetime) -> IsThere:
    row = Tally.objects.create(what=some(), since=at)
    return Tally.objects.filter(pk=row.pk).exists


def uses(at: datetime) -> IsThere:
    row = Uses.objects.create(what=some(), count=1, since=at)
    return Uses.objects.filter(pk=row.pk).exists


def key_device(at: datetime) -> IsThere:
    row = KnownDevice.objects.create(key=make_key(make_employer()), digest=some(), seen_at=at)
    return KnownDevice.objects.filter(pk=row.pk).exists


def staff_device(at: datetime) -> IsThere:
    row = StaffDevice.objects.create(member=make_staff(), digest=some(), seen_at=at)
    return StaffDevice.objects.filter(pk=row.pk).exists


def message(at: datetime) -> IsThere:
    row = Message.objects.create(to="luz@example.org", text="Hola.", written_at=at, state=State.SENT)
    return Message.objects.filter(pk=row.pk).exists


def complaint(at: datetime) -> IsThere:
    row = send(now=at, key=uuid4(), names="PRUEBA LUZ", email="luz@example.org")
    answer(row, make_official(), now=at)

    def is_there() -> bool:
        row.refresh_from_db()
        return bool(row.text or row.names or row.email or row.answer)

    return is_there


MAKE: dict[str, Callable[[datetime], IsThere]] = {
    "cases.Case": draft,
    "cases.Paper": paper,
    "foreigners.CodeRequest": code_request,
    "documents.ReceivedFile": unnamed_file,
    "counter.Handover": handover,
    "batches.Batch": batch,
    "payroll.Comparison": comparison,
    "appointments.Appointment": appointment,
    "appointments.WaitingEntry": waiting,
    "attendance.Visit": visit,
    "verification.Attempt": attempt_alone,
    "verification.Code": code,
    "recovery.Recovery": recovery,
    "registration.Draft": registration,
    "access.KeySession": key_session,
    "staff.StaffSession": staff_session,
    "sessions.Session": browser_session,
    "access.Tries": tries,
    "verification.Tally": tally,
    "registration.Uses": uses,
    "access.KnownDevice": key_device,
    "staff.StaffDevice": staff_device,
    "notices.Message": message,
    "transparency.Complaint": complaint,
}


def test_each_table_with_a_period_is_tried() -> None:
    assert {model for one in PERIODS for model in one["models"]} == set(MAKE)


@pytest.mark.parametrize("one", PERIODS, ids=lambda one: one["models"][0])
def test_after_its_period_it_is_gone_and_before_it_is_there(one: dict[str, object]) -> None:
    now = timezone.now()
    period = timedelta(days=privacy.days(str(one["period"])))
    models, jobs = (one[name] for name in ("models", "jobs"))
    assert isinstance(models, list)
    assert isinstance(jobs, list)
    old = {model: MAKE[model](now - period - DAY) for model in models}
    young = {model: MAKE[model](now) for model in models}
    for job in jobs:
        queue.tasks[job].func(timestamp=0)
    assert [model for model, is_there in old.items() if is_there()] == []
    assert [model for model, is_there in young.items() if not is_there()] == []
