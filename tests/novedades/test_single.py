"""One novedad filed by itself: the verdict of a batch line, and the same rows in the labour history."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.novedades import actions, single
from afilia.novedades.actions import RefusedError
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.novedades.rules.marks import Severity
from afilia.novedades.rules.plan import Outcome
from afilia.workers.models import Employment
from tests.batches.filing import BODIES, TYPES, Desk, branch, in_register, make_desk, number_of
from tests.builders import NOW, cedula, make_employment
from tests.novedades.checking import LAYOUTS
from tests.novedades.test_fields import WRITTEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def worker(desk: Desk) -> str:
    return number_of(make_employment(branch=branch(desk)))


def values(novedad: str, worker: str, *, branch: str = "0001", **fields: str) -> dict[str, str]:
    """The fields of a novedad that is in time on NOW."""
    head = {"sucursal": branch, "anio": "2026", "mes": "11", "identificacion": worker}
    return {**head, **BODIES[novedad], **fields}


def judge(desk: Desk, novedad: str, given: dict[str, str]) -> single.Judged:
    return single.judge_one(
        employer=desk.employer,
        allowed=desk.sender.branches,
        novedad=novedad,
        values=given,
        context=settings.POLICY.context(timezone.localdate(NOW)),
    )


def file(desk: Desk, novedad: str, given: dict[str, str], **options: Any) -> Filing:
    return actions.file_one(
        employer=desk.employer,
        allowed=desk.sender.branches,
        by_number=desk.sender.by_number,
        actor=desk.sender.actor,
        novedad=novedad,
        values=given,
        filed_at=options.pop("filed_at", NOW),
        **options,
    )


def both_ways(desk: Desk, novedad: str, given: dict[str, str]) -> tuple[list[str], list[str]]:
    """The codes for the same values as a line of a batch, and by themselves."""
    fields = [field.name for field in LAYOUTS[novedad].fields]
    whole = {"ruc": desk.employer.ruc, "tipo": novedad, **given}
    line = ";".join(whole[name] for name in fields if name in whole)
    planned = desk.plan(line, novedad=novedad)
    alone = judge(desk, novedad, given)
    of_batch = [
        (row["field"], row["code"], row["severity"], row["seen"], row["arg"])
        for row in planned.findings
        if row["line"] or row["severity"] != "info"
    ]
    assert [(f.field, f.code, f.severity.value, f.seen, f.arg) for f in alone.findings] == of_batch
    assert (planned.outcomes or ["rejected"]) == [alone.outcome.value]
    return [code for _, code, *_ in of_batch], [found.code for found in alone.findings]


@pytest.mark.parametrize(
    ("novedad", "field", "text"),
    [
        (novedad, field, text)
        for novedad, field, text, *_ in WRITTEN
        if text.isascii() and ";" not in text and field not in {"ruc", "tipo"} and novedad != "DEP"
    ],
)
def test_every_case_of_the_checker_is_judged_as_the_line_of_a_batch(
    desk: Desk, worker: str, novedad: str, field: str, text: str
) -> None:
    both_ways(desk, novedad, {**values(novedad, cedula() if novedad == "ENT" else worker), field: text})


FACTS: dict[str, tuple[str, Callable[[Desk], dict[str, str]]]] = {
    "branch.unknown": ("MSU", lambda desk: values("MSU", employ(desk), branch="0009")),
    "branch.closed": ("MSU", lambda desk: closed(desk=desk)),
    "employment.none": ("SAL", lambda _: values("SAL", cedula())),
    "entry.already-active": ("ENT", lambda desk: values("ENT", employ(desk))),
    "entry.overlaps": ("ENT", lambda desk: values("ENT", employ(desk, left_on=date(2026, 11, 18)))),
    "entry.other-branch": ("ENT", lambda desk: values("ENT", employ(desk), branch="0002")),
    "exit.before-entry": ("SAL", lambda desk: values("SAL", employ(desk), fecha_salida="20241231")),
    "pay.same": ("MSU", lambda desk: values("MSU", employ(desk, entry_pay=Decimal(600)))),
    "reserve.too-early": ("PFM", lambda desk: values("PFM", employ(desk, entered_on=date(2026, 2, 1)))),
    "person.deceased": ("ENT", lambda _: values("ENT", dead())),
    "person.not-in-register": ("ENT", lambda _: values("ENT", cedula())),
    "person.unconfirmed": ("ENT", lambda _: values("ENT", "6100000017")),
    "period.future": ("MSU", lambda desk: {**values("MSU", employ(desk)), "mes": "12"}),
    "deadline.extemporaneous": ("MSU", lambda desk: {**values("MSU", employ(desk)), "mes": "08"}),
    "death.required": ("SAL", lambda desk: values("SAL", employ(desk), causa="F")),
    "field.empty": ("MSU", lambda desk: values("MSU", employ(desk), sueldo="")),
    "file.type-retired": ("MND", lambda desk: values("MND", employ(desk))),
    "file.other-employer": ("MSU", lambda desk: {**values("MSU", employ(desk)), "ruc": "1799998242001"}),
}


def employ(desk: Desk, **changes: Any) -> str:
    return number_of(make_employment(branch=branch(desk), **changes))


def dead() -> str:
    number = cedula()
    in_register(number, death_on=date(2026, 11, 1))
    return number


def closed(desk: Desk) -> dict[str, str]:
    place = branch(desk)
    place.closed_on = date(2026, 10, 1)
    place.save()
    return values("MSU", employ(desk))


@pytest.mark.parametrize("code", FACTS)
def test_every_case_of_the_plan_is_judged_as_the_line_of_a_batch(desk: Desk, code: str) -> None:
    novedad, make = FACTS[code]
    of_batch, alone = both_ways(desk, novedad, make(desk))
    assert code in of_batch
    assert alone == of_batch


@pytest.mark.parametrize("novedad", [novedad for novedad in TYPES if novedad != "DEP"])
def test_each_type_filed_by_itself_writes_what_a_batch_writes(desk: Desk, novedad: str) -> None:
    by_batch, alone = (cedula(), cedula()) if novedad == "ENT" else (employ(desk), employ(desk))
    desk.file(desk.record(novedad, by_batch))
    filing = file(desk, novedad, values(novedad, alone))
    assert (filing.channel, filing.by_number, filing.filed_at) == (Channel.FORM, "operator", NOW)
    first, second = Novedad.objects.order_by("filing_id").values(
        *("line", "kind", "period", "subject", "revision", "amount", "due_on", "details", "annulled")
    )
    assert first == second
    rows = Employment.objects.order_by("pk").values("entered_on", "left_on", "entry_pay", "branch")
    assert rows[0] == rows[1]


def test_what_it_comes_to_is_said_before_it_is_filed(desk: Desk, worker: str) -> None:
    judged = judge(desk, "SAL", values("SAL", worker, fecha_salida="20261116"))
    assert (judged.outcome, judged.due_on, judged.days_late) == (Outcome.NEW, date(2026, 11, 19), 2)
    assert (judged.active_before, judged.active_after) == (1, 0)
    assert [(found.code, found.field) for found in judged.findings] == [("deadline.late", "fecha_salida")]
    assert not Novedad.objects.exists()


def test_a_refusal_names_its_findings_and_writes_nothing(desk: Desk) -> None:
    with pytest.raises(RefusedError) as refused:
        file(desk, "SAL", values("SAL", cedula()))
    assert [found.code for found in refused.value.judged.errors] == ["employment.none"]
    assert not Filing.objects.exists()


@pytest.mark.parametrize("text", ["A;B", "A\r\nB", "A\nB", "A\0B"])
def test_no_text_makes_a_second_field_or_line(desk: Desk, text: str) -> None:
    judged = judge(desk, "ENT", values("ENT", cedula(), cargo=text))
    assert [(found.code, found.field) for found in judged.errors] == [("text.characters", "cargo")]


def test_a_correction_is_filed_only_when_it_is_meant(desk: Desk, worker: str) -> None:
    file(desk, "MSU", values("MSU", worker))
    with pytest.raises(RefusedError, match="correction"):
        file(desk, "MSU", values("MSU", worker, sueldo="700.00"))
    filing = file(
        desk,
        "MSU",
        values("MSU", worker, sueldo="700.00"),
        corrections_meant=True,
        reason="error-de-digitacion",
    )
    assert filing.reason == "error-de-digitacion"
    assert [(row.revision, row.amount) for row in Novedad.objects.order_by("revision")] == [
        (0, Decimal(600)),
        (1, Decimal(700)),
    ]


def test_the_same_novedad_sent_twice_is_filed_once(desk: Desk, worker: str) -> None:
    first = file(desk, "MSU", values("MSU", worker))
    again = file(desk, "MSU", values("MSU", worker), filed_at=NOW + timedelta(minutes=5))
    assert (again, Filing.objects.count(), Novedad.objects.count()) == (first, 1, 1)


def test_an_old_form_sent_again_does_not_undo_what_came_after_it(desk: Desk, worker: str) -> None:
    token = uuid.uuid4()
    first = file(desk, "MSU", values("MSU", worker), token=token)
    file(desk, "MSU", values("MSU", worker, sueldo="700.00"), corrections_meant=True, token=uuid.uuid4())
    again = file(desk, "MSU", values("MSU", worker), corrections_meant=True, token=token)
    assert again == first
    assert Novedad.objects.count() == 2


def test_a_filing_is_in_the_ledger_without_names_or_pay(desk: Desk, worker: str) -> None:
    filing = file(desk, "MSU", values("MSU", worker))
    entry = Entry.objects.get(subject=f"filing:{filing.pk}")
    assert (entry.event, entry.actor) == ("novedad.filed", "operator:operator")
    assert entry.facts == {
        "procedure": "aviso-entrada-salida",
        "channel": "form",
        "novedad": "MSU",
        "outcome": "new",
        "reason": "",
    }


def test_severities_are_those_of_the_batch(desk: Desk) -> None:
    judged = judge(desk, "ENT", values("ENT", cedula()))
    assert {found.severity for found in judged.findings} == {Severity.WARNING}
