"""What would happen to each accepted line about a dependent, given what the database and the register know.

`judge` reads a frame with the values of the checker (`line` and the fields of the layout) and these facts,
each null when there is nothing to know:

    branch_id, opened_on, closed_on, allowed   the branch of the line; whether the user may file for it
    worker_id, left_on, elsewhere              the worker; the end of the employment there; another branch
    employed                                   there is an employment in the branch
    person_id                                  the dependent, where the portal knows the number
    dependent_id, revision, same               what is on record; equal content
    partner, claimed                           the worker has another one; the person is another worker's
    answer, known_names, known_birth, death_on of the register of identities, or confirmed by it before
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from afilia.dependents.rules.relationships import Terms
from afilia.novedades.rules.layouts import Layout
from afilia.novedades.rules.marks import Mark, Severity, findings
from afilia.novedades.rules.plan import YOURS, Answer, branch_marks, outcomes

ERROR, WARNING = Severity.ERROR, Severity.WARNING
NUMBER = "numero_dependiente"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`lines` is the settled frame with `outcome`; `findings` add to those of the checker."""

    lines: pl.DataFrame
    findings: pl.DataFrame


def settle(frame: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """The frame with what would be recorded: `names`, `birth_on`, `one`, `limit_on`, `until_on`, `who`.

    `limit_on` is the last day that the age allows, `until_on` the last day of the registration; `who` tells
    dependents apart within a file.
    """
    of = terms.relationships
    birth = pl.coalesce("known_birth", "fecha_nacimiento")
    under = pl.col("parentesco").replace_strict(
        {code: each.under_age for code, each in of.items()}, default=None, return_dtype=pl.Int32
    )
    ages = pl.col("discapacidad").cast(pl.Int16) < terms.disability_from
    limit = pl.when(ages).then(birth.dt.offset_by(pl.format("{}y", under)) - timedelta(days=1))
    one = pl.col("parentesco").is_in([code for code, each in of.items() if each.one])
    return frame.with_columns(
        pl.coalesce("known_names", "nombres").alias("names"),
        birth.alias("birth_on"),
        one.alias("one"),
        limit.alias("limit_on"),
        pl.min_horizontal(limit, "fecha_hasta").alias("until_on"),
        pl.coalesce(pl.format("P {}", "person_id"), pl.concat_str("documento", NUMBER, separator=" ")).alias(
            "who"
        ),
    )


KEPT = ("line", "worker_id", "who", "one", "first_on", "last_on")


class Seen:
    """The lines that a file has had so far, to find the same dependent, or two partners, in it."""

    def __init__(self) -> None:
        self._lines: list[pl.DataFrame] = []

    def compare(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The settled frame with `twin`, `rival` and `double`: an earlier line about the same dependent, with
        another partner of the worker, with the same partner for another worker."""
        lines = frame.select(
            *KEPT[:4],
            pl.col("fecha_desde").alias("first_on"),
            pl.col("until_on").fill_null(date.max).alias("last_on"),
        )
        self._lines.append(lines)
        every = pl.concat(self._lines)
        partners = lines.filter("one"), every.filter("one")
        together = (pl.col("first_on") <= pl.col("last_on_right")) & (
            pl.col("first_on_right") <= pl.col("last_on")
        )
        other_person = pl.col("who") != pl.col("who_right")
        other_worker = pl.col("worker_id") != pl.col("worker_id_right")
        found = {
            "twin": lines.join(every, on=["worker_id", "who"]),
            "rival": partners[0].join(partners[1], on="worker_id").filter(together & other_person),
            "double": partners[0].join(partners[1], on="who").filter(together & other_worker),
        }
        for name, pairs in found.items():
            earlier = pairs.filter(pl.col("line_right") < pl.col("line"))
            first = earlier.group_by("line").agg(pl.col("line_right").min().alias(name))
            frame = frame.join(first, on="line", how="left", maintain_order="left")
        return frame


def judge(frame: pl.DataFrame, layout: Layout, terms: Terms, *, today: date, branches: list[str]) -> Verdict:
    """Judge settled and compared lines; `branches` are those that the user may file for."""
    columns = {field.name: at for at, field in enumerate(layout.fields, 1)}
    marks = [
        replace(mark, column=columns[mark.field], seen=_seen(mark.field, frame))
        for mark in _marks(terms, today, branches)
    ]
    found = findings(frame, marks)
    return Verdict(
        lines=frame.with_columns(outcomes(found, known=pl.col("revision").is_not_null())), findings=found
    )


def _seen(field: str, frame: pl.DataFrame) -> pl.Expr:
    column = pl.col(field)
    return column.dt.strftime("%Y%m%d") if frame.schema[field] == pl.Date else column


def _marks(terms: Terms, today: date, branches: list[str]) -> Iterator[Mark]:
    yield from _employment(today, branches)
    yield from _identity()
    yield from _ages(terms, today)
    yield from _relations(terms)
    registered = YOURS & pl.col("revision").is_not_null()
    yield Mark(
        code="novedad.registered", severity=Severity.INFO, field=NUMBER, where=registered & pl.col("same")
    )
    yield Mark(code="novedad.correction", severity=WARNING, field=NUMBER, where=registered & ~pl.col("same"))


def _employment(today: date, branches: list[str]) -> Iterator[Mark]:
    yield from branch_marks(branches, first=pl.lit(today), last=pl.lit(today))
    yield Mark(
        code="employment.none",
        severity=ERROR,
        field="identificacion",
        where=YOURS & ~pl.col("employed"),
        arg=pl.col("elsewhere"),
    )
    yield Mark(
        code="employment.ended",
        severity=ERROR,
        field="identificacion",
        where=YOURS & pl.col("employed") & (pl.col("left_on") < today),
        arg=pl.col("left_on"),
    )


def _identity() -> Iterator[Mark]:
    answer = pl.col("answer")
    yield Mark(
        code="dependent.self",
        severity=ERROR,
        field=NUMBER,
        where=YOURS & (pl.col("person_id") == pl.col("worker_id")),
    )
    yield Mark(code="person.unconfirmed", severity=WARNING, field=NUMBER, where=answer == Answer.NONE.value)
    yield Mark(
        code="person.not-in-register", severity=WARNING, field=NUMBER, where=answer == Answer.NOT_FOUND.value
    )
    yield Mark(
        code="dependent.deceased",
        severity=ERROR,
        field=NUMBER,
        where=pl.col("death_on") < pl.col("fecha_desde"),
    )
    yield Mark(
        code="dependent.birth-required",
        severity=ERROR,
        field="fecha_nacimiento",
        where=pl.col("birth_on").is_null(),
    )
    yield Mark(
        code="dependent.birth-differs",
        severity=WARNING,
        field="fecha_nacimiento",
        where=pl.col("known_birth") != pl.col("fecha_nacimiento"),
        arg=pl.col("known_birth"),
    )
    known_later = pl.col("known_birth") > pl.col("fecha_desde")
    yield Mark(
        code="dependent.before-birth",
        severity=ERROR,
        field="fecha_desde",
        where=known_later & ~(pl.col("fecha_nacimiento") > pl.col("fecha_desde")).fill_null(value=False),
        arg=pl.col("known_birth"),
    )


def _ages(terms: Terms, today: date) -> Iterator[Mark]:
    past = pl.col("limit_on") < pl.max_horizontal("fecha_desde", pl.lit(today))
    over = (
        pl.when(pl.col("revision").is_null()).then(past).otherwise(pl.col("limit_on") < pl.col("fecha_desde"))
    )
    yield Mark(
        code="dependent.too-old",
        severity=ERROR,
        field="fecha_nacimiento",
        where=over,
        arg=pl.format("{}|{}", "limit_on", pl.lit(terms.disability_from)),
    )
    least = pl.col("parentesco").replace_strict(
        {code: each.least_age for code, each in terms.relationships.items()},
        default=None,
        return_dtype=pl.Int32,
    )
    yield Mark(
        code="dependent.too-young",
        severity=ERROR,
        field="fecha_nacimiento",
        where=pl.col("birth_on").dt.offset_by(pl.format("{}y", least)) > pl.col("fecha_desde"),
        arg=least,
    )


def _relations(terms: Terms) -> Iterator[Mark]:
    for code, each in terms.relationships.items():
        yield Mark(
            code="dependent.proof",
            severity=ERROR,
            field="respaldo",
            where=(pl.col("parentesco") == code) & ~pl.col("respaldo").is_in(each.proofs),
            arg=pl.lit(", ".join(each.proofs)),
        )
    yield Mark(
        code="dependent.repeated",
        severity=ERROR,
        field=NUMBER,
        where=pl.col("twin").is_not_null(),
        arg=pl.col("twin"),
    )
    partner = YOURS & pl.col("one") & (pl.col("partner") | pl.col("rival").is_not_null())
    yield Mark(code="dependent.partner-already", severity=ERROR, field="parentesco", where=partner)
    claimed = YOURS & pl.col("one") & (pl.col("claimed") | pl.col("double").is_not_null())
    yield Mark(code="dependent.partner-elsewhere", severity=ERROR, field=NUMBER, where=claimed)
