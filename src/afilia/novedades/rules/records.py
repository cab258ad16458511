"""The checks of whole records: their number of fields, and fields against one another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import compress

import polars as pl

from afilia.novedades.rules import dependents, fields
from afilia.novedades.rules.deadlines import PERIOD_END, due_on
from afilia.novedades.rules.layouts import SEPARATOR, Context, Effect, Kind, Layout
from afilia.novedades.rules.marks import Mark, Severity, findings, firing

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
DOMESTIC_BRANCH = "0001"


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """What the first good line of a file settles for all the others."""

    type: str
    ruc: str | None  # None when no line has a RUC that can be read


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The verdict on some records.

    `values` has a row for each accepted record: `line`, the fields of the layout as they are recorded,
    `period` (YYYYMM) and `due_on`. `workers` has `line` and `raw_identificacion` of every record, `rucs` the
    different RUCs as written. `findings` is a frame of findings, in file order.
    """

    values: pl.DataFrame
    workers: pl.DataFrame
    rucs: frozenset[str]
    findings: pl.DataFrame


def judge(records: pl.DataFrame, layout: Layout, anchor: Anchor, context: Context) -> Judged:
    """Judge records, each a row of `line` (number in the file) and `raw` (its text without line end).

    The head but for the worker is the same in nearly all the lines of a file: it is read once for each
    different head, and the result joined to the lines.
    """
    checks = _checks(layout, context)
    frame = _split(records, layout)
    raws = [f"raw_{name}" for name in checks.heads.names]
    heads = checks.heads.read(frame.select(raws).unique())
    if heads.height == 1:
        same = heads.drop(raws).row(0, named=True)
        frame = frame.with_columns(
            pl.lit(value, dtype=heads.schema[name]).alias(name) for name, value in same.items()
        )
    else:
        frame = frame.join(heads, on=raws, how="left", nulls_equal=True, maintain_order="left")
    frame = checks.rest.read(frame)
    head_marks = [*checks.heads.marks, *_ruc_marks(anchor)]
    fired = firing(heads, head_marks)
    marks = [*checks.lines, *compress(head_marks, fired), *checks.rest.marks]
    found = findings(frame, marks)
    rejected = found["line"].filter(found["severity"] == ERROR.value)
    values = frame if rejected.is_empty() else frame.filter(~pl.col("line").is_in(rejected.implode()))
    return Judged(
        values=values.select("line", *(field.name for field in layout.fields), "period", "due_on"),
        workers=frame.select("line", "raw_identificacion"),
        rucs=frozenset(heads["raw_ruc"].drop_nulls()),
        findings=found.sort("line", "column", "code"),
    )


def finding_codes(layout: Layout, context: Context) -> dict[str, tuple[str, ...]]:
    """The codes that judging the records of a layout may give, by name of field; `""` is the whole line."""
    checks = _checks(layout, context)
    ruc_marks = _ruc_marks(Anchor(type=layout.type, ruc=""))
    marks = [*checks.lines, *checks.heads.marks, *checks.rest.marks, *ruc_marks]
    return {
        name: tuple(sorted({mark.code for mark in marks if mark.field == name}))
        for name in ("", *(field.name for field in layout.fields))
    }


@dataclass(frozen=True, kw_only=True)
class _Part:
    """The checks of some fields: `steps` add their helper columns and values, one after the other."""

    names: tuple[str, ...]
    steps: tuple[tuple[pl.Expr, ...], ...]
    marks: tuple[Mark, ...]

    def read(self, frame: pl.DataFrame) -> pl.DataFrame:
        for step in self.steps:
            frame = frame.with_columns(step)
        return frame


@dataclass(frozen=True, kw_only=True)
class _Checks:
    lines: tuple[Mark, ...]
    heads: _Part
    rest: _Part


@lru_cache(maxsize=64)
def _checks(layout: Layout, context: Context) -> _Checks:
    """All that a layout asks of its records; kept, since making it costs more than checking a small file."""
    judged = {field.name: fields.judge(field, context) for field in layout.fields}
    cross = [*_cross_marks(layout, context)]
    columns = {field.name: at for at, field in enumerate(layout.fields, 1)}

    def part(names: list[str], *last: pl.Expr) -> _Part:
        helpers = (
            expression.alias(helper) for name in names for helper, expression in judged[name].helpers.items()
        )
        values = (judged[name].value.alias(name) for name in names)
        marks = (
            replace(mark, field=name, column=columns[name], seen=pl.col(f"raw_{name}"))
            for name in names
            for mark in [*judged[name].marks, *(mark for mark in cross if mark.field == name)]
        )
        return _Part(names=tuple(names), steps=(tuple(helpers), tuple(values), last), marks=tuple(marks))

    head = [field.name for field in layout.head if field.kind is not Kind.WORKER]
    rest = [field.name for field in layout.fields if field.name not in head]
    period = (pl.col("anio") * 100 + pl.col("mes")).alias("period")
    due = due_on(layout, context).alias("due_on")
    of_head = set(due.meta.root_names()) <= {*head}
    return _Checks(
        lines=tuple(_line_marks(layout)),
        heads=part(head, period, *([due] if of_head else [])),
        rest=part(rest, *([] if of_head else [due])),
    )


def _split(records: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Columns `raw_<field>`; null for fields that are not judged, as the line has another shape."""
    most = len(layout.fields)
    names = [f"raw_{field.name}" for field in layout.fields]
    split = records["raw"].str.split(SEPARATOR)
    frame = records.with_columns(
        (split.list.len().cast(pl.Int32) - 1).alias("separators"),
        *(split.list.get(at, null_on_oob=True).alias(name) for at, name in enumerate(names)),
    )
    count = pl.col("separators") + 1
    trailing = (
        pl.col("raw").str.ends_with(SEPARATOR)
        & (count - 1).is_between(layout.least, most)
        & ((count > most) | pl.lit(layout.fields[-1].optional))
    )
    header = pl.col("raw_ruc").str.contains(r"(?i)^\s*ruc\s*$")
    frame = frame.with_columns(
        trailing.alias("trailing"),
        header.alias("header"),
        (count - trailing.cast(pl.Int32)).is_between(layout.least, most).alias("whole"),
        (pl.col("raw_tipo") == layout.type).fill_null(value=False).alias("own_type"),
    )
    head = [f"raw_{field.name}" for field in layout.head]
    body = [name for name in names if name not in head]
    judged = pl.col("whole") & pl.col("own_type") & ~pl.col("header")
    if frame.select((judged & ~pl.col("trailing")).all()).item():
        return frame
    optional = [f"raw_{field.name}" for field in layout.fields if field.optional]
    return frame.with_columns(
        pl.when(~pl.col("header")).then(pl.col(head)),
        *(
            pl.when(judged & ~(pl.col("trailing") & pl.lit(name in optional) & (count == most)))
            .then(pl.col(name))
            .alias(name)
            for name in body
        ),
    )


def _line_marks(layout: Layout) -> Iterator[Mark]:
    count = pl.col("separators") + 1
    wanted = (
        str(layout.least) if layout.least == len(layout.fields) else f"{layout.least} o {len(layout.fields)}"
    )
    yield Mark(code="line.header", severity=ERROR, where=pl.col("header"), seen=pl.col("raw").str.slice(0, 3))
    yield Mark(
        code="line.field-count",
        severity=ERROR,
        where=~pl.col("whole") & ~pl.col("header") & (pl.col("own_type") | (count < len(layout.head))),
        seen=count,
        arg=pl.lit(wanted),
    )
    yield Mark(
        code="line.trailing-separator",
        severity=WARNING,
        where=pl.col("trailing") & pl.col("own_type") & ~pl.col("header"),
        seen=pl.lit(SEPARATOR),
    )


def _ruc_marks(anchor: Anchor) -> Iterator[Mark]:
    raw = pl.col("raw_ruc")
    if anchor.ruc is not None:
        yield Mark(
            code="ruc.mixed",
            severity=ERROR,
            field="ruc",
            column=1,
            seen=raw,
            where=raw.str.contains(r"^[0-9]{13}$") & (raw != anchor.ruc),
            arg=pl.lit(anchor.ruc),
        )


def _cross_marks(layout: Layout, context: Context) -> Iterator[Mark]:
    domestic = pl.col("raw_ruc").str.ends_with("000") & pl.col("ruc.fault").is_null()
    yield Mark(
        code="branch.domestic",
        severity=ERROR,
        field="sucursal",
        where=domestic & (pl.col("sucursal") != DOMESTIC_BRANCH),
    )
    yield Mark(code="period.future", severity=ERROR, field="mes", where=pl.col("period") > context.period)
    yield Mark(
        code="type.mixed",
        severity=ERROR,
        field="tipo",
        where=pl.col("raw_tipo").is_in([*context.catalogue.layouts]) & (pl.col("raw_tipo") != layout.type),
        arg=pl.lit(layout.type),
    )
    yield from EFFECT_MARKS.get(layout.effect, lambda _context: iter(()))(context)
    yield from _range_marks(layout)
    rule = context.catalogue.deadlines.get(layout.type)
    if rule is not None:
        late = (pl.lit(context.today) - pl.col("due_on")).dt.total_days()
        very = late > context.catalogue.extemporaneous_after
        field = rule.base if rule.base != PERIOD_END else "mes"
        counted = "working" if context.working_days else "calendar"
        arg = pl.format("{}|{}|{}|{}", pl.col("due_on"), late, pl.lit(rule.days), pl.lit(counted))
        yield Mark(code="deadline.late", severity=WARNING, field=field, where=(late > 0) & ~very, arg=arg)
        yield Mark(code="deadline.extemporaneous", severity=WARNING, field=field, where=very, arg=arg)


def _below_sbu(context: Context, *, also: pl.Expr) -> Mark:
    sbu = pl.col("anio").replace_strict(dict(context.catalogue.sbu), default=None, return_dtype=pl.Int64)
    return Mark(
        code="pay.below-sbu",
        severity=WARNING,
        field="sueldo",
        where=also & (pl.col("sueldo") > 0) & (pl.col("sueldo") < sbu),
        arg=sbu,
    )


def _period_of(name: str) -> pl.Expr:
    return pl.col(name).dt.year() * 100 + pl.col(name).dt.month().cast(pl.Int32)


def _entry_marks(context: Context) -> Iterator[Mark]:
    entered, registered = pl.col("fecha_ingreso"), pl.col("fecha_registro")
    yield Mark(
        code="entry.after-registration", severity=ERROR, field="fecha_ingreso", where=entered > registered
    )
    yield Mark(code="date.future", severity=ERROR, field="fecha_ingreso", where=entered > context.today)
    yield Mark(code="date.future", severity=ERROR, field="fecha_registro", where=registered > context.today)
    yield Mark(
        code="entry.outside-period",
        severity=WARNING,
        field="fecha_ingreso",
        where=_period_of("fecha_ingreso") != pl.col("period"),
    )
    yield _below_sbu(context, also=pl.col("jornada") == "1")


def _exit_marks(context: Context) -> Iterator[Mark]:
    left, cause = pl.col("fecha_salida"), pl.col("causa")
    died, none = pl.col("fecha_fallecimiento"), pl.col("raw_fecha_fallecimiento") == fields.NO_DATE
    yield Mark(
        code="death.required", severity=ERROR, field="fecha_fallecimiento", where=(cause == "F") & none
    )
    yield Mark(
        code="death.not-applicable",
        severity=ERROR,
        field="fecha_fallecimiento",
        where=(cause != "F") & died.is_not_null(),
    )
    yield Mark(
        code="death.after-exit",
        severity=ERROR,
        field="fecha_fallecimiento",
        where=(cause == "F") & (died > left),
    )
    yield Mark(code="exit.future", severity=WARNING, field="fecha_salida", where=left > context.today)
    yield Mark(
        code="exit.outside-period",
        severity=WARNING,
        field="fecha_salida",
        where=_period_of("fecha_salida") != pl.col("period"),
    )


def _pay_marks(context: Context) -> Iterator[Mark]:
    yield _below_sbu(context, also=pl.lit(value=True))


EFFECT_MARKS = {
    Effect.ENTRY: _entry_marks,
    Effect.EXIT: _exit_marks,
    Effect.PAY: _pay_marks,
    Effect.DEPENDENT: dependents.marks,
}


def _range_marks(layout: Layout) -> Iterator[Mark]:
    if not any(field.kind is Kind.RANGE for field in layout.body):
        return
    first, last = (
        pl.col("periodo").str.slice(at, 4).cast(pl.Int32, strict=False) * 12
        + pl.col("periodo").str.slice(at + 5, 2).cast(pl.Int32, strict=False)
        for at in (0, 10)
    )
    span = last - first + 1
    yield Mark(
        code="months.span",
        severity=ERROR,
        field="meses",
        where=(span > 0) & (pl.col("meses") > span),
        arg=span,
    )
    if layout.period_is_first_month:
        head = pl.col("anio") * 12 + pl.col("mes")
        yield Mark(code="range.first-month", severity=ERROR, field="periodo", where=head != first)
