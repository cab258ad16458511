"""What happens to an accepted line, given what the database knows: every code at its borders."""

import io
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl
import pytest

from afilia.novedades.check import FileCheck
from afilia.novedades.rules import plan
from afilia.novedades.rules.layouts import Effect
from afilia.novedades.rules.plan import FACTS, Answer, Outcome
from tests.novedades.checking import LAYOUTS, SAMPLES, column, context, line

BRANCHES = ["0001", "0003"]
OPEN = {"branch_id": 1, "opened_on": date(2011, 8, 24), "allowed": True}
EMPLOYED = {**OPEN, "employment_id": 7, "entered_on": date(2025, 1, 2)}
BEGUN = [novedad for novedad in SAMPLES if novedad != "ENT"]


class Verdict(NamedTuple):
    outcome: str
    codes: list[str]
    findings: list[dict[str, Any]]
    in_time: list[int]


def judge(novedad: str, facts: dict[str, Any], changes: dict[str, str] | None = None) -> Verdict:
    """Judge the good line of a type, with some fields changed, beside these facts."""
    text = f"{line(novedad, changes)}\r\n".encode()
    (chunk,) = FileCheck(lambda: io.BytesIO(text), context=context()).chunks()
    frame = chunk.values.with_columns(
        pl.lit(facts.get(name), dtype=kind).alias(name) for name, kind in {**FACTS, "twin": pl.UInt32}.items()
    )
    verdict = plan.judge(frame, LAYOUTS[novedad], context(), branches=BRANCHES)
    findings = verdict.findings.sort("column", "code").to_dicts()
    for finding in findings:
        assert finding["line"] == 1
        assert finding["column"] == column(novedad, finding["field"])
    (row,) = verdict.outcomes.to_dicts()
    return Verdict(
        row["outcome"], [finding["code"] for finding in findings], findings, verdict.in_time.to_list()
    )


def entry(**facts: Any) -> Verdict:
    """The good ENT line: it enters on 5 January 2026 for 482.00."""
    return judge("ENT", {**OPEN, **facts})


@pytest.mark.parametrize("novedad", BEGUN)
def test_a_line_of_an_employed_worker_is_new(novedad: str) -> None:
    facts = {**EMPLOYED, "first_entered_on": date(2023, 1, 2)}
    assert judge(novedad, facts) == (Outcome.NEW, [], [], [])


def test_an_entry_of_someone_unknown_is_new() -> None:
    assert entry() == (Outcome.NEW, [], [], [])


@pytest.mark.parametrize("novedad", SAMPLES)
def test_a_branch_that_does_not_exist_is_an_error_that_names_those_that_do(novedad: str) -> None:
    verdict = judge(novedad, {})
    assert (verdict.outcome, verdict.codes) == (Outcome.REJECTED, ["branch.unknown"])
    assert verdict.findings[0]["arg"] == "0001, 0003"
    assert verdict.findings[0]["seen"] == "0001"


@pytest.mark.parametrize("novedad", SAMPLES)
@pytest.mark.parametrize(
    "known",
    [
        {},
        EMPLOYED,
        {**EMPLOYED, "revision": 0, "same": True},
        {**EMPLOYED, "revision": 3, "same": False},
        {**EMPLOYED, "pay_before": Decimal("650.00"), "first_entered_on": date(2026, 1, 2)},
        {"elsewhere": "0003", "closed_on": date(2012, 1, 1)},
    ],
    ids=["nothing", "employed", "registered", "other-content", "pay", "elsewhere"],
)
def test_of_a_branch_that_is_not_yours_you_learn_nothing_more(novedad: str, known: dict[str, Any]) -> None:
    verdict = judge(novedad, {**OPEN, **known, "allowed": False})
    assert (verdict.outcome, verdict.codes) == (Outcome.REJECTED, ["branch.not-yours"])
    assert verdict.findings[0]["arg"] == "0001, 0003"


@pytest.mark.parametrize(
    ("novedad", "changes", "first", "last"),
    [
        ("ENT", {}, date(2026, 1, 5), date(2026, 1, 5)),
        ("SAL", {}, date(2026, 1, 31), date(2026, 1, 31)),
        ("MSU", {}, date(2026, 1, 1), date(2026, 1, 31)),
        ("INS", {"mes": "02"}, date(2026, 2, 1), date(2026, 2, 28)),
        ("PRA", {"anio": "2024", "mes": "02"}, date(2024, 2, 1), date(2024, 2, 29)),
    ],
)
def test_a_branch_is_open_on_its_first_and_last_day(
    novedad: str, changes: dict[str, str], first: date, last: date
) -> None:
    employed = {} if novedad == "ENT" else {**EMPLOYED, "entered_on": date(2012, 1, 1)}
    for opened, closed, codes in [
        (last, None, []),
        (last + (last - last.replace(day=last.day - 1)), None, ["branch.closed"]),
        (date(2011, 1, 1), first, []),
        (date(2011, 1, 1), date.fromordinal(first.toordinal() - 1), ["branch.closed"]),
    ]:
        facts = {**OPEN, **employed, "opened_on": opened, "closed_on": closed}
        assert judge(novedad, facts, changes).codes == codes, (opened, closed)


@pytest.mark.parametrize("entered", [date(2025, 1, 2), date(2026, 1, 4), date(2026, 1, 6)])
def test_who_is_active_in_the_branch_cannot_enter_again(entered: date) -> None:
    verdict = entry(employment_id=7, entered_on=entered)
    assert (verdict.outcome, verdict.codes) == (Outcome.REJECTED, ["entry.already-active"])
    assert verdict.findings[0]["arg"] == entered.isoformat()


@pytest.mark.parametrize(
    ("left", "codes"),
    [
        (date(2026, 1, 4), []),
        (date(2026, 1, 5), ["entry.overlaps"]),
        (date(2026, 12, 31), ["entry.overlaps"]),
    ],
)
def test_an_entry_comes_after_the_last_exit(left: date, codes: list[str]) -> None:
    verdict = entry(employment_id=7, entered_on=date(2025, 1, 2), left_on=left)
    assert verdict.codes == codes
    assert verdict.outcome == (Outcome.REJECTED if codes else Outcome.NEW)


def test_an_entry_beside_another_branch_is_a_warning_that_names_it() -> None:
    verdict = entry(elsewhere="0003")
    assert (verdict.outcome, verdict.codes) == (Outcome.NEW, ["entry.other-branch"])
    assert verdict.findings[0]["arg"] == "0003"


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (None, []),
        (Answer.FOUND.value, []),
        (Answer.NONE.value, ["person.unconfirmed"]),
        (Answer.NOT_FOUND.value, ["person.not-in-register"]),
    ],
)
def test_an_identity_that_is_not_confirmed_is_a_warning(answer: str | None, codes: list[str]) -> None:
    verdict = entry(answer=answer)
    assert (verdict.outcome, verdict.codes) == (Outcome.NEW, codes)
    assert {finding["severity"] for finding in verdict.findings} <= {"warning"}


@pytest.mark.parametrize(("died", "codes"), [(date(2026, 1, 4), ["person.deceased"]), (date(2026, 1, 5), [])])
def test_the_dead_do_not_enter(died: date, codes: list[str]) -> None:
    verdict = entry(answer=Answer.FOUND.value, death_on=died)
    assert verdict.codes == codes
    assert verdict.outcome == (Outcome.REJECTED if codes else Outcome.NEW)


@pytest.mark.parametrize("novedad", BEGUN)
@pytest.mark.parametrize("elsewhere", [None, "0003"])
def test_without_an_employment_there_is_nothing_to_tell_of(novedad: str, elsewhere: str | None) -> None:
    verdict = judge(novedad, {**OPEN, "elsewhere": elsewhere})
    assert (verdict.outcome, verdict.codes) == (Outcome.REJECTED, ["employment.none"])
    assert verdict.findings[0]["arg"] == (elsewhere or "")


@pytest.mark.parametrize(
    ("entered", "codes"), [(date(2026, 1, 31), []), (date(2026, 2, 1), ["exit.before-entry"])]
)
def test_an_exit_is_not_before_the_entry(entered: date, codes: list[str]) -> None:
    verdict = judge("SAL", {**EMPLOYED, "entered_on": entered})
    assert verdict.codes == codes
    assert verdict.findings == [] or verdict.findings[0]["seen"] == "20260131"
    assert verdict.findings == [] or verdict.findings[0]["arg"] == "2026-02-01"


@pytest.mark.parametrize(
    ("left", "revision", "outcome", "codes"),
    [
        (date(2026, 1, 30), None, Outcome.REJECTED, ["employment.none"]),
        (date(2026, 1, 31), None, Outcome.NEW, []),
        (date(2026, 2, 1), None, Outcome.NEW, []),
        (date(2026, 1, 30), 0, Outcome.CORRECTION, ["novedad.correction"]),
        (date(2026, 2, 1), 0, Outcome.CORRECTION, ["novedad.correction"]),
    ],
)
def test_only_an_exit_on_record_moves_the_end_of_what_has_ended(
    left: date, revision: int | None, outcome: Outcome, codes: list[str]
) -> None:
    same = None if revision is None else False
    verdict = judge("SAL", {**EMPLOYED, "left_on": left, "revision": revision, "same": same})
    assert (verdict.outcome, verdict.codes) == (outcome, codes)


@pytest.mark.parametrize(
    ("pay", "revision", "codes"),
    [
        ("650.00", None, ["pay.same"]),
        ("649.99", None, []),
        (None, None, []),
        ("650.00", 0, ["novedad.registered"]),
    ],
)
def test_a_change_to_the_same_pay_is_said(pay: str | None, revision: int | None, codes: list[str]) -> None:
    facts = {
        **EMPLOYED,
        "pay_before": pay and Decimal(pay),
        "revision": revision,
        "same": revision is not None or None,
    }
    verdict = judge("MSU", facts)
    assert verdict.codes == codes
    assert {finding["severity"] for finding in verdict.findings} <= {"info"}


@pytest.mark.parametrize(
    ("novedad", "entered", "early"),
    [
        ("PFM", date(2025, 1, 31), False),  # January 2026 is the thirteenth month
        ("PFM", date(2025, 2, 1), True),  # the twelfth
        ("PFR", date(2024, 1, 31), False),
        ("PFR", date(2024, 2, 1), True),
        ("PFN", date(2024, 12, 31), False),
        ("PFN", date(2025, 1, 1), True),
        ("PPF", date(2024, 12, 31), False),
        ("PPF", date(2025, 1, 1), True),
    ],
)
def test_reserve_funds_are_due_from_the_thirteenth_month(novedad: str, entered: date, early: bool) -> None:
    verdict = judge(novedad, {**EMPLOYED, "first_entered_on": entered})
    assert (verdict.outcome, verdict.codes) == (Outcome.NEW, ["reserve.too-early"] if early else [])
    assert not early or verdict.findings[0]["arg"] == entered.isoformat()


@pytest.mark.parametrize("novedad", SAMPLES)
@pytest.mark.parametrize(
    ("same", "outcome", "code", "severity"),
    [
        (True, Outcome.UNCHANGED, "novedad.registered", "info"),
        (False, Outcome.CORRECTION, "novedad.correction", "warning"),
    ],
)
def test_what_is_on_record_is_unchanged_or_corrected_and_its_first_filing_was_in_time_or_not(
    novedad: str, same: bool, outcome: Outcome, code: str, severity: str
) -> None:
    entered = {"entered_on": date(2026, 1, 5)} if novedad == "ENT" else {}
    facts = {**EMPLOYED, **entered, "revision": 2, "same": same, "first_entered_on": date(2020, 1, 1)}
    verdict = judge(novedad, facts)
    assert (verdict.outcome, verdict.codes) == (outcome, [code])
    assert verdict.findings[0]["severity"] == severity
    assert verdict.in_time == [1]


def test_an_error_outweighs_what_is_on_record() -> None:
    verdict = judge("SAL", {**EMPLOYED, "entered_on": date(2026, 2, 1), "revision": 0, "same": False})
    assert verdict.outcome == Outcome.REJECTED
    assert verdict.codes == ["novedad.correction", "exit.before-entry"]


TODAY = date(2026, 1, 31)


@pytest.mark.parametrize(
    ("effect", "on", "entered", "left", "more"),
    [
        (Effect.ENTRY, TODAY, None, None, 1),
        (Effect.ENTRY, date(2026, 2, 1), None, None, 0),
        (Effect.ENTRY, TODAY, date(2025, 1, 2), date(2025, 12, 31), 1),  # comes back
        (Effect.ENTRY, TODAY, TODAY, None, 0),  # the employment is on record, its notice comes now
        (Effect.EXIT, TODAY, date(2025, 1, 2), None, 0),  # the last day of work counts
        (Effect.EXIT, date(2026, 1, 30), date(2025, 1, 2), None, -1),
        (Effect.EXIT, date(2026, 1, 30), date(2025, 1, 2), date(2026, 1, 29), 0),
        (Effect.EXIT, date(2026, 1, 30), date(2025, 1, 2), TODAY, -1),
        (Effect.EXIT, TODAY, date(2025, 1, 2), date(2026, 1, 30), 1),
    ],
)
def test_what_a_line_moves_is_the_difference_that_it_makes_today(
    effect: Effect, on: date, entered: date | None, left: date | None, more: int
) -> None:
    kind = dict.fromkeys(("on_date", "entered_on", "left_on"), pl.Date)
    frame = pl.DataFrame([[on, entered, left]], schema=kind, orient="row")
    moved = plan.moved(effect, today=TODAY)
    assert moved is not None
    assert frame.select(moved.alias("more"))["more"].to_list() == [more]


@pytest.mark.parametrize("effect", [effect for effect in Effect if effect not in {Effect.ENTRY, Effect.EXIT}])
def test_nothing_else_moves_an_employment(effect: Effect) -> None:
    assert plan.moved(effect, today=TODAY) is None


@pytest.mark.parametrize("novedad", SAMPLES)
def test_a_worker_under_a_second_number_is_repeated(novedad: str) -> None:
    facts = {**(OPEN if novedad == "ENT" else EMPLOYED), "first_entered_on": date(2020, 1, 1), "twin": 4}
    verdict = judge(novedad, facts)
    assert (verdict.outcome, verdict.codes) == (Outcome.REJECTED, ["worker.repeated"])
    assert (verdict.findings[0]["field"], verdict.findings[0]["arg"]) == ("identificacion", "4")


def test_a_remedy_never_repeats_the_pay() -> None:
    facts = {**EMPLOYED, "pay_before": Decimal("650.00")}
    assert [finding["arg"] for finding in judge("MSU", facts).findings] == [""]
