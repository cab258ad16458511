"""The checks of whole records: their number of fields, and fields against one another."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from afilia.novedades.rules import fields
from afilia.novedades.rules.deadlines import with_due_on
from afilia.novedades.rules.layouts import SEPARATOR, Context, Effect, Kind, Layout
from afilia.novedades.rules.marks import Mark, Severity, findings

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
    `period` (YYYYMM) and `due_on`. `workers` has `line` and `raw_identificacion` of every record.
    `findings` is a frame of findings, in file order.
    """

    values: pl.DataFrame
    workers: pl.DataFrame
    findings: pl.DataFrame


def judge(records: pl.DataFrame, layout: Layout, anchor: Anchor, context: Context) -> Judged:
    """Judge records, each a row of `line` (number in the file) and `raw` (its text without line end)."""
    frame = _split(records, layout, anchor)
    judged = {field.name: fields.judge(field, context) for field in layout.fields}
    cross = [*_cross_marks(layout, anchor, context)]
    heads, frame = _with_values(frame, layout, judged, context)
    marks = []
    for at, field in enumerate(layout.fields, 1):
        own = [*judged[field.name].marks, *(mark for mark in cross if mark.field == field.name)]
        if field.name in heads.columns:
            own = [mark for mark in own if "due_on" in mark.where.meta.root_names() or _fires(mark, heads)]
        marks += [
            replace(mark, field=field.name, column=at, seen=pl.col(f"raw_{field.name}")) for mark in own
        ]
    found = findings(frame, [*_line_marks(layout), *marks])
    rejected = found.filter(pl.col("severity") == ERROR.value)["line"].unique()
    values = frame if rejected.is_empty() else frame.filter(~pl.col("line").is_in(rejected.implode()))
    return Judged(
        values=values.select("line", *(field.name for field in layout.fields), "period", "due_on"),
        workers=frame.select("line", "raw_identificacion"),
        findings=found.sort("line", "column", "code"),
    )


def _fires(mark: Mark, heads: pl.DataFrame) -> bool:
    return bool(heads.select(mark.where.fill_null(value=False).any()).item())


def _with_values(
    frame: pl.DataFrame, layout: Layout, judged: dict[str, fields.Judged], context: Context
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The different heads, and the frame with helper columns, the value of each field, `period` and `due_on`.

    The head but for the worker is the same in nearly all the lines of a file: it is read once for each
    different head, and the result joined to the lines.
    """
    head = [field.name for field in layout.head if field.kind is not Kind.WORKER]
    raws = [f"raw_{name}" for name in head]
    rest = [field.name for field in layout.fields if field.name not in head]

    def read(part: pl.DataFrame, names: list[str]) -> pl.DataFrame:
        return part.with_columns(
            expression.alias(name) for field in names for name, expression in judged[field].helpers.items()
        ).with_columns(judged[field].value.alias(field) for field in names)

    heads = frame.select(raws).unique()
    heads = read(heads, head).with_columns((pl.col("anio") * 100 + pl.col("mes")).alias("period"))
    if heads.height == 1:
        same = heads.drop(raws).row(0, named=True)
        frame = frame.with_columns(
            pl.lit(value, dtype=heads.schema[name]).alias(name) for name, value in same.items()
        )
    else:
        frame = frame.join(heads, on=raws, how="left", nulls_equal=True, maintain_order="left")
    return heads, with_due_on(read(frame, rest), layout, context)


def _split(records: pl.DataFrame, layout: Layout, anchor: Anchor) -> pl.DataFrame:
    """Columns `raw_<field>`; null for fields that are not judged, as the line has another shape."""
    most = len(layout.fields)
    names = [f"raw_{field.name}" for field in layout.fields]
    frame = records.with_columns(
        pl.col("raw").str.count_matches(SEPARATOR, literal=True).cast(pl.Int32).alias("separators"),
        pl.col("raw").str.split_exact(SEPARATOR, most - 1).struct.rename_fields(names).alias("split"),
    ).unnest("split")
    count = pl.col("separators") + 1
    trailing = (
        pl.col("raw").str.ends_with(SEPARATOR)
        & (count - 1).is_between(layout.least, most)
        & ((count > most) | pl.lit(layout.fields[-1].optional))
    )
    header = pl.col("raw_ruc").str.strip_chars().str.to_lowercase() == "ruc"
    frame = frame.with_columns(
        trailing.alias("trailing"),
        header.alias("header"),
        (count - trailing.cast(pl.Int32)).is_between(layout.least, most).alias("whole"),
        (pl.col("raw_tipo") == anchor.type).fill_null(value=False).alias("own_type"),
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
    yield Mark(code="line.header", severity=ERROR, where=pl.col("header"), seen=pl.col("raw"))
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


def _cross_marks(layout: Layout, anchor: Anchor, context: Context) -> Iterator[Mark]:
    raw_ruc = pl.col("raw_ruc")
    thirteen = raw_ruc.str.contains(r"^[0-9]{13}$")
    if anchor.ruc is not None:
        yield Mark(
            code="ruc.mixed",
            severity=ERROR,
            field="ruc",
            where=thirteen & (raw_ruc != anchor.ruc),
            arg=pl.lit(anchor.ruc),
        )
    domestic = raw_ruc.str.ends_with("000") & pl.col("ruc.fault").is_null()
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
        where=pl.col("raw_tipo").is_in([*context.catalogue.layouts]) & (pl.col("raw_tipo") != anchor.type),
        arg=pl.lit(anchor.type),
    )
    yield from EFFECT_MARKS.get(layout.effect, lambda _context: iter(()))(context)
    yield from _range_marks(layout)
    rule = context.catalogue.deadlines.get(layout.type)
    if rule is not None:
        late = (pl.lit(context.today) - pl.col("due_on")).dt.total_days()
        very = late > context.catalogue.extemporaneous_after
        field = rule.base if rule.base != "period-end" else "mes"
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


EFFECT_MARKS = {Effect.ENTRY: _entry_marks, Effect.EXIT: _exit_marks, Effect.PAY: _pay_marks}


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
