"""The facts of the months, from what the other apps write into the ledger when things really happen."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from afilia.attendance import actions as attendance
from afilia.attendance.models import DayFigure, OpenCounter, Visit
from afilia.audit import actions as audit
from afilia.cases import actions as cases
from afilia.offices.models import Office
from afilia.procedures.catalogue import load
from afilia.transparency import queries
from afilia.transparency.actions import building
from afilia.transparency.models import Build, Complaint, MonthlyFact
from afilia.transparency.policy import policy
from afilia.transparency.rules.counting import Measure
from tests.attendance import builders as room
from tests.batches.filing import employ, make_desk
from tests.builders import NOW, cedula, make_person
from tests.cases.builders import make_official as make_decider
from tests.cases.builders import make_reviewed, tick
from tests.counter.builders import give, make_applicant, make_clerk, make_prepared
from tests.dependents.registering import make_home
from tests.novedades.test_annulling import annul
from tests.novedades.test_annulling import undo as undo_filing
from tests.novedades.test_single import file, values
from tests.transparency.test_complaints import answer, send
from tests.workers.joining import join, registered
from tests.workers.joining import undo as undo_join
from tests.workers.test_joining import CODE

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)
BATCH, KEY = "novedades-batch", "clave-patronal"


def value(measure: Measure, month: date = NOVEMBER, **place: str) -> int | None:
    what = {"procedure": "", "province": "", "office": "", "code": "", **place}
    fact = MonthlyFact.objects.filter(measure=measure, month=month, **what).first()
    return fact.value if fact else None


def tell(event: str, *, at: datetime = NOW, subject: str = "thing:1", **facts: object) -> None:
    with transaction.atomic():
        audit.record(event, actor="system", subject=subject, at=at, facts=facts)  # type: ignore[arg-type]


def test_a_registered_file_is_an_attention_online_and_a_refused_line_a_code_of_rejection() -> None:
    desk = make_desk()
    desk.employer.province = "17"
    desk.employer.save()
    batch = desk.file(desk.record("MSU", employ(desk)), desk.record("MSU", "1234567890"))
    building.build(now=NOW)
    assert value(Measure.ATTENDED, procedure=BATCH) == 1
    assert value(Measure.ATTENDED_ONLINE, procedure=BATCH) == 1
    assert value(Measure.ATTENDED, procedure=BATCH, province="17") == 1
    assert value(Measure.FIRST_TRY_OF, procedure=BATCH) == 1
    assert value(Measure.FIRST_TRY, procedure=BATCH) == 0
    codes = MonthlyFact.objects.filter(measure=Measure.REJECTIONS, procedure=BATCH)
    assert dict(codes.values_list("code", "value")) == {
        code: found for severity, code, found in batch.summary["codes"] if severity == "error"
    }
    assert codes.exists()


def test_a_file_of_dependents_is_decided_rejected_and_attended_as_of_dependents() -> None:
    home = make_home()
    home.desk.file(home.line(), home.line(numero_dependiente="2", respaldo="M"))
    building.build(now=NOW)
    measures = (Measure.ATTENDED, Measure.DECIDED, Measure.FIRST_TRY_OF)
    assert [value(measure, procedure="dependientes") for measure in measures] == [1, 1, 1]
    assert [value(measure, procedure=BATCH) for measure in measures] == [None] * 3
    assert value(Measure.REJECTIONS, procedure="dependientes", code="dependent.proof") == 1


def test_a_key_handed_over_is_an_attention_once_however_often_its_sheet_is_printed() -> None:
    clerk = make_clerk()
    handover = make_prepared(make_applicant(), clerk)
    give(handover, clerk)
    give(handover, clerk, seen=1)
    building.build(now=NOW)
    assert value(Measure.ATTENDED, procedure=KEY) == 1
    assert value(Measure.ATTENDED_ONLINE, procedure=KEY) is None
    assert value(Measure.ATTENDED, procedure=KEY, province=handover.office.province) == 1


def test_a_case_counts_in_the_month_of_its_decision_with_the_time_since_its_submission() -> None:
    by, office = make_decider(), make_clerk_office()
    case = tick(make_reviewed(by), by)
    later = datetime(2026, 12, 1, 15, tzinfo=UTC)
    cases.approve(case_id=case.pk, office=office, by=by, now=later)
    building.build(now=later)
    assert value(Measure.DECIDED, NOVEMBER, procedure=KEY) is None
    assert value(Measure.DECIDED, DECEMBER, procedure=KEY) == 1
    assert value(Measure.DECIDE_MEDIAN, DECEMBER, procedure=KEY) == (later - NOW).total_seconds()
    assert value(Measure.FIRST_TRY, DECEMBER, procedure=KEY) == 1


def test_a_refused_case_is_an_attention_of_the_virtual_desk() -> None:
    by = make_decider()
    cases.refuse(case_id=make_reviewed(by).pk, reason="ya-tiene-clave", text="", by=by, now=NOW)
    building.build(now=NOW)
    assert value(Measure.ATTENDED_ONLINE, procedure=KEY) == 1
    assert value(Measure.ATTENDED, procedure=KEY, province="17") == 1


def test_waits_and_no_shows_are_figures_of_the_office_and_of_all() -> None:
    office = room.make_open_office()
    staff = room.make_official(office)
    room.open_counter(office, staff)
    room.walk_in(office, now=room.at(0))
    room.serve(office, staff, now=room.at(12))
    room.make_appointment(office, minutes=30)
    attendance.close_days_over(now=room.NOW + timedelta(days=1))
    building.build(now=room.NOW)
    for place in ({"office": office.code}, {}):
        assert value(Measure.ARRIVED, **place) == 1
        assert value(Measure.MISSED, **place) == 1
        assert value(Measure.WAIT_MEDIAN, **place) == 720


def test_a_day_that_was_closed_after_the_end_of_its_month_counts_in_its_month() -> None:
    office = room.make_open_office()
    last = datetime(2026, 11, 30, 15, tzinfo=UTC)
    room.make_appointment(office, now=last)
    room.walk_in(office, now=last)
    building.build(now=last)
    assert value(Measure.MISSED) == 0
    attendance.close_days_over(now=last + timedelta(days=1))
    assert building.build(now=last) == [NOVEMBER]
    assert value(Measure.MISSED) == 1


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 11, 1, 4, 59, 59, tzinfo=UTC), OCTOBER),
        (datetime(2026, 11, 1, 5, tzinfo=UTC), NOVEMBER),
    ],
)
def test_a_month_begins_at_midnight_in_guayaquil(at: datetime, month: date) -> None:
    tell("recovery.completed", at=at, subject="employer:1", recovery="1")
    assert building.build(now=at) == [month]
    assert value(Measure.ATTENDED, month, procedure="recuperacion-clave") == 1


def test_what_came_since_is_added_and_nothing_counts_twice() -> None:
    tell("recovery.completed", subject="employer:1", recovery="1")
    assert building.build(now=NOW) == [NOVEMBER]
    assert building.build(now=NOW) == []
    tell("recovery.completed", subject="employer:1", recovery="2")
    tell("recovery.completed", at=datetime(2026, 10, 3, 15, tzinfo=UTC), subject="employer:1", recovery="3")
    assert building.build(now=NOW) == [OCTOBER, NOVEMBER]
    assert value(Measure.ATTENDED, procedure="recuperacion-clave") == 2
    assert value(Measure.ATTENDED, OCTOBER, procedure="recuperacion-clave") == 1


def test_made_again_from_nothing_but_the_ledger_the_figures_are_the_same() -> None:
    clerk = make_clerk()
    give(make_prepared(make_applicant(), clerk), clerk)
    tell("complaint.received", kind="complaints", procedure=KEY)
    building.build(now=NOW)
    by = make_decider()
    cases.refuse(case_id=make_reviewed(by).pk, reason="ya-tiene-clave", text="", by=by, now=NOW)
    tell("availability.measured", subject="availability:2026-11-20", asked=288, answered=287)
    building.build(now=NOW)
    before = queries.all_facts()
    assert before
    assert building.rebuild(now=NOW) is False
    assert queries.all_facts() == before


def test_annulled_undone_joined_and_closed_figures_made_again_are_those_that_followed() -> None:
    desk, office = make_desk(), room.make_open_office()
    number, staff = cedula(), room.make_official(office)
    month_end = datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC)
    make_person(number=CODE, names="ROJAS ANA")
    done: dict[str, Any] = {}
    steps: list[Callable[[], object]] = [
        lambda: done.update(entry=file(desk, "ENT", values("ENT", number))),
        lambda: annul(desk, done["entry"]),
        lambda: done.update(again=file(desk, "ENT", values("ENT", cedula()))),
        lambda: undo_filing(desk, done["again"]),
        lambda: done.update(batch=desk.file(desk.record("MSU", employ(desk)), now=month_end)),
        lambda: done.update(joined=join(CODE, number, register=registered(number))),
        lambda: undo_join(done["joined"]),
        lambda: done.update(complaint=send(procedure=BATCH, now=month_end)),
        lambda: answer(done["complaint"], make_decider(), now=month_end + timedelta(seconds=1)),
        lambda: room.open_counter(office, staff, now=month_end - timedelta(hours=9)),
        lambda: room.walk_in(office, now=month_end - timedelta(hours=8)),
        lambda: attendance.close_days_over(now=month_end + timedelta(days=1)),
    ]
    for step in steps:
        step()
        building.build(now=month_end)
    before = queries.all_facts()
    for table in (Complaint, DayFigure, Visit, OpenCounter):
        table.objects.all().delete()
    assert building.rebuild(now=month_end) is False
    assert queries.all_facts() == before
    for month, measure, place, told in (
        (NOVEMBER, Measure.ATTENDED, {"procedure": "aviso-entrada-salida"}, 3),
        (NOVEMBER, Measure.ATTENDED, {"procedure": BATCH}, 1),
        (NOVEMBER, Measure.COMPLAINTS, {"procedure": BATCH}, 1),
        (DECEMBER, Measure.ANSWERED_IN_TIME, {"procedure": BATCH}, 1),
        (NOVEMBER, Measure.ARRIVED, {"office": office.code}, 1),
        (DECEMBER, Measure.ARRIVED, {"office": office.code}, None),
    ):
        assert value(measure, month, **place) == told, (month, measure)


def test_figures_that_somebody_changed_are_mended_by_making_them_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tell("complaint.received", kind="complaints", procedure=KEY)
    building.build(now=NOW)
    MonthlyFact.objects.update(value=0)
    call_command("transparency", "--rebuild")
    assert value(Measure.COMPLAINTS, procedure=KEY) == 1
    assert "others before" in capsys.readouterr().out
    call_command("transparency", "--rebuild")
    assert "the same figures" in capsys.readouterr().out


@pytest.mark.parametrize("edition", ["", "of before"])
def test_once_something_else_counts_the_next_job_makes_all_of_it_again(edition: str) -> None:
    tell("recovery.completed", at=datetime(2026, 10, 3, 15, tzinfo=UTC), subject="employer:1", recovery="1")
    building.build(now=NOW)
    MonthlyFact.objects.all().delete()  # as if it had not counted
    assert building.build(now=NOW) == []
    Build.objects.update(edition=edition)
    assert building.build(now=NOW) == [OCTOBER]
    assert value(Measure.ATTENDED, OCTOBER, procedure="recuperacion-clave") == 1
    assert building.build(now=NOW) == []


def test_what_came_in_later_and_tells_of_before_moves_the_beginning() -> None:
    tell("recovery.completed", subject="employer:1", recovery="1")
    building.build(now=NOW)
    tell("recovery.completed", at=datetime(2026, 10, 3, 15, tzinfo=UTC), subject="employer:1", recovery="2")
    building.build(now=NOW)
    assert Build.objects.get().begins_on == date(2026, 10, 3)
    building.rebuild(now=NOW)
    assert Build.objects.get().begins_on == date(2026, 10, 3)


def test_every_procedure_of_the_catalogue_counts_somewhere() -> None:
    assert {one.counts_as or one.procedure for one in policy().attended} == set(load().procedures)


def make_clerk_office() -> Office:
    return Office.objects.get(pk=make_clerk().office_id)
