"""One novedad by itself: it is written as the only line of a file and goes the way of a batch.

So the same check, the same plan and the same register decide, with the same codes.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from afilia.employers.models import Employer
from afilia.novedades import planning
from afilia.novedades.few import FewLines
from afilia.novedades.models import Novedad
from afilia.novedades.rules.fields import NO_DATE
from afilia.novedades.rules.layouts import SEPARATOR, Context, Kind, Layout
from afilia.novedades.rules.marks import Severity
from afilia.novedades.rules.plan import Outcome

ENDING = str.maketrans(dict.fromkeys(f"{SEPARATOR}\r\n\0", "\t"))


@dataclass(frozen=True, kw_only=True)
class Found:
    """One finding; `field` is empty where it is about the whole."""

    field: str
    code: str
    severity: Severity
    seen: str
    arg: str


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What filing a novedad would come to. What is not known of a rejected one is None."""

    layout: Layout
    findings: tuple[Found, ...]
    outcome: Outcome
    due_on: date | None
    days_late: int  # of one that would be new; a correction is as late as what it corrects
    pay_before: Decimal | None  # US$
    amount: Decimal | None  # US$
    employment_id: int | None  # None for one that begins
    subject: str
    revision: int | None  # that it would have
    active_before: int  # employments of the employer, in the branches that the user may file for
    active_after: int

    @property
    def errors(self) -> tuple[Found, ...]:
        return tuple(found for found in self.findings if found.severity is Severity.ERROR)


def judge_one(
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    novedad: str,
    values: Mapping[str, str],
    context: Context,
    ask_register: bool = True,
) -> Judged:
    """Say what filing one novedad would come to; nothing is written.

    `values` are the fields of the layout of type `novedad` as a file would write them, by name; RUC and type
    may be left out. `allowed` are the branches that the user may file for; None is all of them. Must be
    called outside a transaction, unless the register of identities is not to be asked. Raises KeyError for
    a type without a layout.
    """
    with planned(
        employer=employer,
        allowed=allowed,
        novedad=novedad,
        values=values,
        context=context,
        ask_register=ask_register,
    ) as (judged, _):
        return judged


@contextmanager
def planned(
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    novedad: str,
    values: Mapping[str, str],
    context: Context,
    ask_register: bool,
    line: int = 1,
) -> Iterator[tuple[Judged, Path]]:
    """The verdict, and the folder of the plan for as long as the context lasts."""
    layout = context.catalogue.layouts[novedad]
    # Blank lines put it at its place in a filing of several.
    written = "\r\n" * (line - 1) + _line(layout, {"ruc": employer.ruc, "tipo": novedad, **values}) + "\r\n"
    with TemporaryDirectory(prefix="afilia-") as folder:
        plan = Path(folder) / "plan"
        summary = planning.make(
            lambda: io.BytesIO(written.encode()),
            employer=employer,
            allowed=allowed,
            novedad=novedad,
            context=context,
            folder=plan,
            progress=lambda _share, _lines: None,
            ask_register=ask_register,
            staged_in=FewLines,
        )
        findings = tuple(_findings(plan, line))
        rows = [row for part in planning.lines_of(plan) for row in part.iter_rows(named=True)]
        row = rows[0] if rows else dict.fromkeys(planning.PLANNED)
        outcome = Outcome(row["outcome"] or Outcome.REJECTED)
        yield (
            Judged(
                layout=layout,
                findings=findings,
                outcome=outcome,
                due_on=row["due_on"],
                days_late=days_late(row["due_on"], context.today) if outcome is Outcome.NEW else 0,
                pay_before=row["pay_before"],
                amount=row["amount"],
                employment_id=row["employment_id"],
                subject=row["subject"] or "",
                revision=row["revision"],
                active_before=summary["active_before"],
                active_after=summary["active_corrected" if outcome is Outcome.CORRECTION else "active_after"],
            ),
            plan,
        )


def record_of(novedad: Novedad, layout: Layout, *, number: str) -> dict[str, str]:
    """The fields of a registered novedad as a file would write them; `number` is the worker's."""
    found = {
        "identificacion": number,
        "sucursal": novedad.employment.branch.number,
        "anio": str(novedad.period // 100),
        "mes": f"{novedad.period % 100:02}",
    }
    for field in layout.body:
        value = novedad.amount if field.name == layout.amount else (novedad.details or {}).get(field.name)
        if field.kind is Kind.DATE:
            found[field.name] = str(value).replace("-", "") if value else NO_DATE
        elif value is not None:
            found[field.name] = f"{value:02}" if field.kind in {Kind.MONTHS, Kind.DAYS} else str(value)
    return found


def _line(layout: Layout, values: Mapping[str, str]) -> str:
    """The record. What would end a field or the line becomes a sign that no field may hold."""
    fields = list(layout.fields)
    while fields[-1].optional and not values.get(fields[-1].name):
        fields.pop()
    return SEPARATOR.join(values.get(field.name, "").translate(ENDING) for field in fields)


def _findings(plan: Path, line: int) -> Iterator[Found]:
    """Those of the line, and those that refuse the file or warn of its type; not how a file is written."""
    of_file = (pl.col("line") == 0) & (pl.col("severity") != Severity.INFO.value)
    found = planning.findings_of(plan).filter(of_file | (pl.col("line") == line)).collect()
    for field, code, severity, seen, arg in found.select(
        "field", "code", "severity", "seen", "arg"
    ).iter_rows():
        yield Found(field=field, code=code, severity=Severity(severity), seen=seen, arg=arg)


def days_late(due_on: date | None, today: date) -> int:
    return max(0, (today - due_on).days) if due_on else 0
