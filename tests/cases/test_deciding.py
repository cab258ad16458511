from datetime import date, timedelta

import pytest

from afilia.audit.models import Entry
from afilia.cases import actions
from afilia.cases.actions import IncompleteError, RefusedError, TakenError
from afilia.cases.models import Case, Paper
from afilia.cases.queries import desk, facts
from afilia.cases.queries.desk import Filters
from afilia.cases.rules.moves import Fault, Move, State
from afilia.documents import actions as documents
from afilia.notices.models import Message
from afilia.procedures.rules import coordination
from afilia.staff.rules import Role
from tests.builders import NOW
from tests.cases.builders import make_official, make_reviewed, make_submitted, member, tick
from tests.documents.papers import plain_jpeg
from tests.staff.builders import make_office

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def ask_for_ruc(case: Case, by: object, now: object = NOW) -> Case:
    return actions.ask_correction(
        case_id=case.pk,
        items={"ruc": ("ilegible", "Solo se ve la mitad.")},
        by=by,  # type: ignore[arg-type]
        now=now,  # type: ignore[arg-type]
    )


def send_ruc(case: Case, *, width: int = 640) -> Paper:
    prepared = documents.prepare(chunks=[plain_jpeg(width=width)], name="ruc.jpg", most=1024 * 1024, now=NOW)
    return actions.put(case_id=case.pk, slot="ruc", document="ruc", prepared=prepared, now=NOW)


def test_a_case_taken_is_reviewed_by_who_took_it() -> None:
    official = make_official()
    case = actions.take(case_id=make_submitted().pk, by=official, now=NOW)
    assert (case.state, case.assignee_id) == (State.UNDER_REVIEW, official.id)
    assert [(trace.why, trace.to_id) for trace in case.traces.all()] == [
        ("routed", None),
        ("taken", official.id),
    ]
    assert actions.take(case_id=case.pk, by=official, now=NOW).traces.count() == 2


def test_a_case_that_somebody_has_is_not_taken() -> None:
    first, second = make_official(), make_official()
    case = make_reviewed(first)
    with pytest.raises(TakenError) as taken:
        actions.take(case_id=case.pk, by=second, now=NOW)
    assert taken.value.by.pk == first.id


def test_a_case_of_another_province_does_not_exist() -> None:
    case = make_submitted()
    guayas = make_official(province="09")
    with pytest.raises(Case.DoesNotExist):
        actions.take(case_id=case.pk, by=guayas, now=NOW)
    with pytest.raises(Case.DoesNotExist):
        actions.record_look(case_id=case.pk, by=guayas, what="case", now=NOW)
    assert desk.case(guayas, str(case.number)) is None


def test_a_case_goes_from_one_official_to_another() -> None:
    first, second, third = make_official(), make_official(), make_official()
    case = make_reviewed(first)
    with pytest.raises(RefusedError) as refused:
        actions.hand_over(case_id=case.pk, to=member(third), text="", by=second, now=NOW)
    assert refused.value.fault is Fault.ASSIGNEE
    case = actions.hand_over(case_id=case.pk, to=member(second), text="Vacaciones", by=first, now=NOW)
    assert case.assignee_id == second.id
    last = case.traces.last()
    assert last
    assert (last.why, last.by_id, last.text) == ("given", first.id, "Vacaciones")


def test_a_case_is_not_given_to_who_does_not_decide_it() -> None:
    official, elsewhere = make_official(), make_official(province="09")
    case = make_reviewed(official)
    with pytest.raises(RefusedError) as refused:
        actions.hand_over(case_id=case.pk, to=member(elsewhere), text="", by=official, now=NOW)
    assert refused.value.fault is Fault.PARTY


def test_a_supervisor_gives_many_cases_at_once_and_hears_which_are_left() -> None:
    supervisor, official = make_official(Role.SUPERVISOR), make_official()
    cases = [make_submitted() for _ in range(3)]
    actions.withdraw(case_id=cases[1].pk, now=NOW)
    done = actions.assign(
        case_ids=[case.pk for case in cases], to=member(official), text="", by=supervisor, now=NOW
    )
    assert done.given == [cases[0].number, cases[2].number]
    assert done.left == [cases[1].number]
    assert desk.queue(official, Filters(mine=True)).count() == 2


def test_nobody_but_a_supervisor_gives_many() -> None:
    official = make_official()
    with pytest.raises(RefusedError):
        actions.assign(case_ids=[], to=member(official), text="", by=official, now=NOW)


def test_a_case_given_back_is_anybodys() -> None:
    first, second = make_official(), make_official()
    case = make_reviewed(first)
    actions.release(case_id=case.pk, text="No es de mi tema", by=first, now=NOW)
    assert desk.queue(second, Filters(unassigned=True)).count() == 1
    assert actions.take(case_id=case.pk, by=second, now=NOW).assignee_id == second.id


def test_a_case_sent_to_another_unit_is_seen_there_and_no_longer_here() -> None:
    pichincha, guayas, national = make_official(), make_official(province="09"), make_official(province="")
    case = make_reviewed(pichincha)
    due_on = case.due_on
    case = actions.send_on(
        case_id=case.pk, to=coordination("09"), text="El domicilio es otro", by=pichincha, now=NOW
    )
    assert (case.unit, case.assignee_id, case.due_on) == ("coordinacion-09", None, due_on)
    assert desk.case(pichincha, str(case.number)) is None
    assert "otra unidad" in facts.why_here(case).lower()
    assert "Guayas" in Message.objects.latest("pk").text
    case = actions.take(case_id=case.pk, by=guayas, now=NOW)
    (directorate,) = [unit for unit in facts.units() if not unit.province]
    actions.send_on(case_id=case.pk, to=directorate, text="", by=guayas, now=NOW)
    assert desk.case(national, str(case.number)) == case
    assert [trace.why for trace in case.traces.all()] == ["routed", "taken", "sent-on", "taken", "sent-on"]


def test_who_does_not_have_a_case_sends_it_nowhere_and_nobody_to_a_unit_that_there_is_not() -> None:
    first, second = make_official(), make_official()
    case = make_reviewed(first)
    with pytest.raises(RefusedError) as refused:
        actions.send_on(case_id=case.pk, to=coordination("09"), text="", by=second, now=NOW)
    assert refused.value.fault is Fault.ASSIGNEE
    with pytest.raises(KeyError):
        actions.send_on(case_id=case.pk, to=coordination("99"), text="", by=first, now=NOW)


def test_a_correction_opens_the_named_items_alone_and_stops_the_clock() -> None:
    official = make_official()
    case = ask_for_ruc(make_reviewed(official), official)
    assert (case.state, case.due_on, case.days_left) == (State.CORRECTION_ASKED, None, 5)
    assert [slot.slug for slot in facts.slots(case) if slot.is_open] == ["ruc"]
    assert facts.correction_due_on(case) == date(2026, 12, 4)  # ten working days
    message = Message.objects.latest("pk")
    assert "RUC: No se lee bien. Solo se ve la mitad." in message.text
    prepared = documents.prepare(chunks=[plain_jpeg()], name="c.jpg", most=1024 * 1024, now=NOW)
    with pytest.raises(RefusedError):
        actions.put(case_id=case.pk, slot="identidad", document="cedula", prepared=prepared, now=NOW)


def test_a_correction_answered_keeps_the_old_document_for_the_official_and_runs_the_clock_on() -> None:
    official = make_official()
    case = ask_for_ruc(make_reviewed(official), official)
    with pytest.raises(IncompleteError):
        actions.correct(case_id=case.pk, now=NOW)
    first = send_ruc(case)
    second = send_ruc(case, width=700)
    later = NOW + 9 * DAY
    case = actions.correct(case_id=case.pk, now=later)
    assert (case.state, case.assignee_id, case.days_left) == (State.UNDER_REVIEW, official.id, None)
    assert case.due_on == date(2026, 12, 7)  # Monday to Monday
    assert not Paper.objects.filter(pk=first.pk).exists()
    assert [paper.pk for paper in case.papers.filter(slot="ruc", retired_at=None)] == [second.pk]
    assert case.papers.filter(slot="ruc").exclude(retired_at=None).count() == 1
    assert not facts.open_corrections(case)
    assert actions.correct(case_id=case.pk, now=later).moves.filter(kind=Move.CORRECT).count() == 1


@pytest.mark.parametrize(
    "items",
    [{}, {"ruc": ("ya-tiene-clave", "")}, {"otra": ("ilegible", "")}, {"ruc": ("inventado", "")}],
    ids=["none", "a-refusal", "no-slot", "unknown"],
)
def test_a_correction_needs_items_and_reasons_of_the_procedure(items: dict[str, tuple[str, str]]) -> None:
    official = make_official()
    case = make_reviewed(official)
    with pytest.raises(RefusedError) as refused:
        actions.ask_correction(case_id=case.pk, items=items, by=official, now=NOW)
    assert refused.value.fault is Fault.REASON


def test_the_legal_unit_gives_its_opinion_and_the_case_comes_back() -> None:
    official, lawyer = make_official(), make_official(Role.LEGAL)
    case = make_reviewed(official)
    with pytest.raises(RefusedError) as refused:
        actions.ask_legal(case_id=case.pk, text="", by=lawyer, now=NOW)
    assert refused.value.fault is Fault.PARTY
    case = actions.ask_legal(case_id=case.pk, text="¿Vale el poder?", by=official, now=NOW)
    assert case.state == State.LEGAL_REVIEW
    assert case.due_on
    with pytest.raises(RefusedError):
        actions.give_opinion(case_id=case.pk, text="Sí", by=official, now=NOW)
    case = actions.give_opinion(case_id=case.pk, text="Vale", by=lawyer, now=NOW)
    assert (case.state, case.assignee_id) == (State.UNDER_REVIEW, official.id)


def test_an_approved_case_is_delivered_by_its_office() -> None:
    official, office = make_official(), make_office()
    counter = make_official(Role.COUNTER, office=office)
    elsewhere = make_official(Role.COUNTER, office=make_office())
    case = tick(make_reviewed(official), official)
    assert desk.case(counter, str(case.number)) is None
    case = actions.approve(case_id=case.pk, office=office, by=official, now=NOW)
    assert (case.state, case.due_on) == (State.APPROVED, None)
    assert office.name in Message.objects.latest("pk").text
    with pytest.raises(Case.DoesNotExist):
        actions.deliver(case_id=case.pk, by=elsewhere, now=NOW)
    with pytest.raises(RefusedError) as refused:
        actions.deliver(case_id=case.pk, by=official, now=NOW)
    assert refused.value.fault is Fault.PARTY
    assert actions.deliver(case_id=case.pk, by=counter, now=NOW).state == State.DELIVERED
    assert Entry.objects.get(event="case.delivered").actor == counter.actor


def test_a_case_is_not_approved_before_every_document_is_found_to_be_good() -> None:
    official, office = make_official(), make_office()
    case = tick(make_reviewed(official), official)
    for answer in (None, False):
        paper = case.papers.get(slot="ruc")
        actions.check_paper(paper_id=paper.pk, is_good=answer, by=official, now=NOW)
        with pytest.raises(RefusedError) as refused:
            actions.approve(case_id=case.pk, office=office, by=official, now=NOW)
        assert refused.value.fault is Fault.CHECKLIST
    case.refresh_from_db()
    assert (case.state, case.office) == (State.UNDER_REVIEW, None)
    tick(case, official)
    assert actions.approve(case_id=case.pk, office=office, by=official, now=NOW).state == State.APPROVED


def test_a_refusal_says_a_reason_of_the_procedure() -> None:
    official = make_official()
    case = make_reviewed(official)
    for reason in ("ilegible", "", "inventado"):
        with pytest.raises(RefusedError):
            actions.refuse(case_id=case.pk, reason=reason, text="", by=official, now=NOW)
    actions.refuse(case_id=case.pk, reason="ya-tiene-clave", text="Desde marzo.", by=official, now=NOW)
    message = Message.objects.latest("pk")
    assert "El empleador ya tiene una clave" in message.text
    assert "Desde marzo." in message.text
    assert Entry.objects.get(event="case.refused").facts["reason"] == "ya-tiene-clave"


def test_who_does_not_have_a_case_decides_nothing() -> None:
    first, second, office = make_official(), make_official(), make_office()
    case = make_reviewed(first)
    for attempt in (
        lambda: actions.approve(case_id=case.pk, office=office, by=second, now=NOW),
        lambda: actions.refuse(case_id=case.pk, reason="ya-tiene-clave", text="", by=second, now=NOW),
        lambda: ask_for_ruc(case, second),
        lambda: actions.ask_legal(case_id=case.pk, text="", by=second, now=NOW),
    ):
        with pytest.raises(RefusedError) as refused:
            attempt()
        assert refused.value.fault is Fault.ASSIGNEE
    case.refresh_from_db()
    assert case.state == State.UNDER_REVIEW


def test_a_tick_on_the_checklist_is_in_the_ledger() -> None:
    official = make_official()
    case = make_reviewed(official)
    paper = case.papers.get(slot="ruc")
    actions.check_paper(paper_id=paper.pk, is_good=True, by=official, now=NOW)
    paper.refresh_from_db()
    assert (paper.is_good, paper.checked_by_id) == (True, official.id)
    assert Entry.objects.get(event="case.paper-checked").facts["slot"] == "ruc"
    with pytest.raises(RefusedError):
        actions.check_paper(paper_id=paper.pk, is_good=False, by=make_official(), now=NOW)


def test_messages_go_both_ways_and_the_applicant_hears_of_each_by_mail() -> None:
    official = make_official()
    case = make_reviewed(official)
    sent = Message.objects.count()
    actions.write_to_applicant(case_id=case.pk, text="¿Tiene sucursales?", by=official, now=NOW)
    assert Message.objects.count() == sent + 1
    assert "¿Tiene sucursales?" not in Message.objects.latest("pk").text
    actions.write_to_officials(case_id=case.pk, text="No, ninguna.", now=NOW)
    assert [(message.by_id, message.text) for message in case.messages.all()] == [
        (official.id, "¿Tiene sucursales?"),
        (None, "No, ninguna."),
    ]
    actions.withdraw(case_id=case.pk, now=NOW)
    with pytest.raises(RefusedError):
        actions.write_to_officials(case_id=case.pk, text="¿Sigue?", now=NOW)


def test_every_move_is_told_by_mail_and_written_down() -> None:
    official, office = make_official(), make_office()
    counter = make_official(Role.COUNTER, office=office)
    case = ask_for_ruc(make_reviewed(official), official)
    send_ruc(case)
    actions.correct(case_id=case.pk, now=NOW)
    tick(case, official)
    actions.approve(case_id=case.pk, office=office, by=official, now=NOW)
    actions.deliver(case_id=case.pk, by=counter, now=NOW)
    kinds = [move.kind for move in case.moves.all()]
    assert kinds == ["submit", "take-up", "ask-correction", "correct", "approve", "deliver"]
    assert Message.objects.filter(to=case.employer.email, subject__contains=str(case.number)).count() == len(
        kinds
    )
    entries = Entry.objects.filter(subject=f"case:{case.pk}").exclude(event="case.paper-checked")
    assert list(entries.values_list("event", flat=True).order_by("pk")) == [
        "case.begun",
        "case.submitted",
        "case.taken",
        "case.correction-asked",
        "case.corrected",
        "case.approved",
        "case.delivered",
    ]


def test_who_looked_is_in_the_ledger() -> None:
    official = make_official()
    case = make_submitted()
    actions.record_look(case_id=case.pk, by=official, what="paper:7", now=NOW)
    entry = Entry.objects.get(event="case.looked-at")
    assert (entry.actor, entry.subject, entry.facts["what"]) == (
        official.actor,
        f"case:{case.pk}",
        "paper:7",
    )


def test_a_withdrawn_case_stays_so() -> None:
    official = make_official()
    case = make_reviewed(official)
    actions.withdraw(case_id=case.pk, now=NOW)
    assert actions.withdraw(case_id=case.pk, now=NOW).moves.filter(kind="withdraw").count() == 1
    with pytest.raises(RefusedError):
        actions.take(case_id=case.pk, by=official, now=NOW)
