"""The plan of lines about dependents, of a file or of one form: check, facts, verdict. Nothing is registered.

A plan of a file is a folder as in novedades.planning; its lines have the columns PLANNED.
"""

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from afilia.dependents import facts
from afilia.dependents.catalogue import terms
from afilia.dependents.facts import Told
from afilia.dependents.rules import plan
from afilia.employers.models import Employer
from afilia.novedades import queries
from afilia.novedades.check import FileCheck
from afilia.novedades.planning import Progress, Summary, begin, write
from afilia.novedades.reading import OpenFile
from afilia.novedades.rules.layouts import SEPARATOR, Context, Effect, Layout
from afilia.novedades.rules.marks import Severity

PLANNED = (
    *("line", "outcome", "number", "employment_id", "revision", "amount", "pay_before", "due_on"),
    *("worker_id", "person_id", "dependent_id", "document", "relationship", "one", "names", "birth_on"),
    *("from_on", "until_on", "limit_on", "filed", "answer"),
)


def make(
    open_file: OpenFile,
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    novedad: str,
    context: Context,
    folder: Path,
    progress: Progress,
    ask_register: bool,
) -> dict[str, Any]:
    """Plan a file into the empty `folder` and give its summary: `judged_by` of novedades.planning.make."""
    check = begin(open_file, employer=employer, novedad=novedad, context=context)
    summary = Summary(today=context.today, codes=Counter(check.totals.codes))
    write(check.file_findings, folder / "findings-0000.parquet")
    judge = Judge(employer, allowed=allowed, context=context)
    done = 0
    for part, chunk in enumerate(check.chunks(), 1):
        known = judge.facts(chunk.values)
        told = Told()
        if ask_register:
            told = facts.ask_register(known, foreigner_prefixes=context.foreigner_prefixes)
        lines, found = judge.lines(known, told)
        every = pl.concat([chunk.findings, found]).sort("line", "column", "code")
        summary.add(lines, every, Effect.DEPENDENT)
        write(lines, folder / f"lines-{part:04}.parquet")
        write(every, folder / f"findings-{part:04}.parquet")
        done += lines.height
        progress(check.starts[part - 1][1] / check.facts.size, done)
    return summary.as_json(check, employer, allowed=allowed)


class Judge:
    """Judges accepted lines of an employer, part by part."""

    def __init__(self, employer: Employer, *, allowed: frozenset[str] | None, context: Context) -> None:
        self._employer = employer
        self._allowed = allowed
        self._context = context
        self._layout = layout(context)
        self._branches = queries.branch_numbers(employer, allowed=allowed)
        self._seen = plan.Seen()

    def facts(self, values: pl.DataFrame) -> pl.DataFrame:
        return facts.of_lines(
            values, self._layout, employer=self._employer, allowed=self._allowed, today=self._context.today
        )

    def lines(self, known: pl.DataFrame, told: Told) -> tuple[pl.DataFrame, pl.DataFrame]:
        """The lines as PLANNED, and what was found in them besides the checker."""
        today = self._context.today
        settled = plan.settle(facts.with_answers(known, told), terms(today))
        compared = self._seen.compare(settled)
        verdict = plan.judge(compared, self._layout, terms(today), today=today, branches=self._branches)
        none = pl.lit(None)
        return verdict.lines.with_columns(
            pl.col("numero_dependiente").alias("number"),
            (pl.col("revision").fill_null(-1) + 1).alias("revision"),
            none.cast(pl.Decimal(14, 2)).alias("amount"),
            none.cast(pl.Decimal(14, 2)).alias("pay_before"),
            none.cast(pl.Date).alias("due_on"),
            pl.col("documento").alias("document"),
            pl.col("parentesco").alias("relationship"),
            pl.col("fecha_desde").alias("from_on"),
        ).select(PLANNED), verdict.findings


def layout(context: Context) -> Layout:
    """The layout of a file of dependents."""
    found = (each for each in context.catalogue.layouts.values() if each.effect is Effect.DEPENDENT)
    return next(found)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict on one line; `line` has the columns of PLANNED, None when the check itself rejects it."""

    line: dict[str, Any] | None
    findings: pl.DataFrame

    @property
    def errors(self) -> pl.DataFrame:
        return self.findings.filter(pl.col("severity") == Severity.ERROR.value)

    @property
    def warnings(self) -> pl.DataFrame:
        """Without the word that it is a correction, which whoever corrects knows."""
        told = pl.col("severity") == Severity.WARNING.value
        return self.findings.filter(told & (pl.col("code") != "novedad.correction"))


@dataclass(frozen=True, kw_only=True)
class One:
    """One line that is judged as a file of one line is, as often as needed; `told` was asked before."""

    employer: Employer
    allowed: frozenset[str] | None
    context: Context
    checked: pl.DataFrame  # the accepted values, of at most one line
    found: pl.DataFrame
    told: Told

    def judge(self) -> tuple[pl.DataFrame, Verdict]:
        """The planned line as a frame, and the verdict, by what the database says now."""
        if self.checked.is_empty():
            return self.checked, Verdict(line=None, findings=self.found)
        judge = Judge(self.employer, allowed=self.allowed, context=self.context)
        lines, found = judge.lines(judge.facts(self.checked), self.told)
        every = pl.concat([self.found, found]).sort("column", "code")
        return lines, Verdict(line=lines.row(0, named=True), findings=every)


def one(
    values: Mapping[str, str], *, employer: Employer, allowed: frozenset[str] | None, context: Context
) -> One:
    """Check the fields of one line, by their names in the layout, and ask the register about it.

    Names that were left out are those that the register has. Must be called outside a transaction.
    """
    filled = {**values, "nombres": values["nombres"] or facts.names_of(values, context)}
    record = SEPARATOR.join(filled[field.name] for field in layout(context).fields)
    check = FileCheck(
        lambda: io.BytesIO(f"{record}\r\n".encode()), context=context, novedad=layout(context).type
    )
    (chunk,) = check.chunks()
    told = Told()
    if chunk.values.height:
        known = Judge(employer, allowed=allowed, context=context).facts(chunk.values)
        told = facts.ask_register(known, foreigner_prefixes=context.foreigner_prefixes)
    return One(
        employer=employer,
        allowed=allowed,
        context=context,
        checked=chunk.values,
        found=chunk.findings,
        told=told,
    )
