"""The checks of single fields: one function for each kind. Source: the batch format's tables of fields.

A frame of records has each field as written in column `raw_<name>` (String, null where the line has no
such field). A judge gives the marks of a field and the expression of its value, which is null unless the
text can be read. What several expressions need is computed once, as a helper column `<name>.<what>`; marks
find the value in column `<name>`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date

import polars as pl

from afilia.identifiers import columns as identifiers
from afilia.novedades.rules.layouts import Context, Field, Kind
from afilia.novedades.rules.marks import Mark, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO
AMOUNT_CHARACTERS = 14
AMOUNT = pl.Decimal(AMOUNT_CHARACTERS - 1, 2)
FIRST_YEAR = 1900
NO_DATE = "00000000"


@dataclass(frozen=True)
class Judged:
    marks: list[Mark]
    value: pl.Expr
    helpers: Mapping[str, pl.Expr] = dataclass_field(default_factory=dict)


def judge(field: Field, context: Context) -> Judged:
    """Marks, value and helper columns of one field; an empty one has no other mark."""
    raw = pl.col(f"raw_{field.name}")
    judged = JUDGES[field.kind](field, raw, context)
    filled = f"{field.name}.filled"
    marks = [
        Mark(code="field.empty", severity=ERROR, where=~pl.col(filled)),
        *(replace(mark, where=mark.where & pl.col(filled)) for mark in judged.marks),
    ]
    return Judged(marks, judged.value, {**judged.helpers, filled: raw.str.strip_chars() != ""})


def _ruc(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    fault = pl.col(f"{field.name}.fault")
    faults = ("format", "third-digit", "province", "check-digit", "establishment")
    marks = [Mark(code=f"ruc.{name}", severity=ERROR, where=fault == name) for name in faults]
    marks.append(Mark(code="ruc.unverified", severity=WARNING, where=fault == "unverified"))
    return Judged(marks, raw, {f"{field.name}.fault": identifiers.ruc_fault(raw)})


def _branch(_field: Field, raw: pl.Expr, _context: Context) -> Judged:
    right = raw.str.contains(r"^[0-9]{4}$")
    padded = pl.when(raw.str.contains(r"^ *[0-9]{1,3} *$")).then(raw.str.strip_chars().str.zfill(4))
    return Judged(
        [Mark(code="branch.format", severity=ERROR, where=~right, arg=padded)], pl.when(right).then(raw)
    )


def _year(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    value = pl.when(raw.str.contains(r"^[0-9]{4}$")).then(raw).cast(pl.Int32)
    unread = pl.col(field.name).is_null() & raw.is_not_null()
    return Judged(
        [Mark(code="period.year", severity=ERROR, where=unread)], pl.when(value >= FIRST_YEAR).then(value)
    )


def _month(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    value = pl.when(raw.str.contains(r"^(0?[1-9]|1[0-2])$")).then(raw).cast(pl.Int32)
    return Judged(
        [
            Mark(
                code="period.month",
                severity=ERROR,
                where=pl.col(field.name).is_null() & raw.is_not_null(),
            ),
            Mark(
                code="period.month-digits",
                severity=WARNING,
                where=raw.str.contains(r"^[1-9]$"),
                arg=raw.str.zfill(2),
            ),
        ],
        value,
    )


def _type(_field: Field, raw: pl.Expr, context: Context) -> Judged:
    right = raw.str.contains(r"^[A-Z]{3}$")
    upper = raw.str.strip_chars().str.to_uppercase()
    known = raw.is_in([*context.catalogue.layouts])
    unpublished = raw.is_in([*context.catalogue.unpublished])
    return Judged(
        [
            Mark(
                code="type.format",
                severity=ERROR,
                where=~right,
                arg=pl.when(upper.is_in([*context.catalogue.layouts])).then(upper),
            ),
            Mark(code="type.unpublished", severity=ERROR, where=unpublished),
            Mark(code="type.unknown", severity=ERROR, where=right & ~known & ~unpublished),
        ],
        raw,
    )


def _worker(field: Field, raw: pl.Expr, context: Context) -> Judged:
    fault = pl.col(f"{field.name}.fault")
    marks = [
        Mark(code=f"id.{name}", severity=ERROR, where=fault == name)
        for name in ("format", "province", "third-digit")
    ]
    expected = identifiers.expected_check_digit(raw)
    marks.append(Mark(code="id.check-digit", severity=ERROR, where=fault == "check-digit", arg=expected))
    found = identifiers.person_number_fault(raw, foreigner_prefixes=context.foreigner_prefixes)
    return Judged(marks, raw, {f"{field.name}.fault": found})


def _date(field: Field, raw: pl.Expr, context: Context) -> Judged:
    shaped = raw.str.contains(r"^[0-9]{8}$")
    zero = raw == NO_DATE
    value = pl.when(shaped & ~zero).then(raw).str.to_date("%Y%m%d", strict=False)
    value = pl.when(value.dt.year() >= FIRST_YEAR).then(value)
    marks = [
        Mark(
            code="date.format",
            severity=ERROR,
            where=~shaped,
            arg=raw.map_elements(_proposed_date, return_dtype=pl.String),
        ),
        Mark(code="date.impossible", severity=ERROR, where=shaped & ~zero & pl.col(field.name).is_null()),
    ]
    if not field.zero:
        marks.append(Mark(code="date.required", severity=ERROR, where=zero))
    if field.past:
        marks.append(Mark(code="date.future", severity=ERROR, where=pl.col(field.name) > context.today))
    return Judged(marks, value)


def _proposed_date(text: str) -> str:
    """The date that was surely meant, as YYYYMMDD, or an empty text."""
    for written in DATES_MEANT:
        if match := re.fullmatch(written, text.strip(), re.ASCII):
            try:
                return date(int(match["y"]), int(match["m"]), int(match["d"])).strftime("%Y%m%d")
            except ValueError:
                return ""
    return ""


DATES_MEANT = (
    r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",  # with blanks around it
    r"(?P<y>\d{4})[-/. ](?P<m>\d{1,2})[-/. ](?P<d>\d{1,2})",
    r"(?P<d>\d{1,2})[-/. ](?P<m>\d{1,2})[-/. ](?P<y>\d{4})",
)


def _amount(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    text = raw.str.strip_chars()
    trimmed, short, read = (pl.col(f"{field.name}.{what}") for what in ("trimmed", "short", "read"))
    shape = r"^[0-9]+([.,][0-9]{0,2})?$"
    pointed = trimmed.str.replace(",", ".", literal=True).str.strip_chars_end(".")
    value = pl.when(read).then(pointed).cast(AMOUNT, strict=False)
    number = pl.col(field.name)
    return Judged(
        [
            # A whole number grows by its two decimals.
            Mark(code="amount.too-long", severity=ERROR, where=~short | (read & number.is_null())),
            Mark(code="amount.format", severity=ERROR, where=short & ~read),
            Mark(code="amount.zero", severity=ERROR, where=number == 0),
            Mark(
                code="amount.comma",
                severity=WARNING,
                where=number.is_not_null() & trimmed.str.contains(",", literal=True),
            ),
            Mark(
                code="amount.decimals",
                severity=INFO,
                where=number.is_not_null() & ~trimmed.str.contains(r"[.,][0-9]{2}$"),
            ),
            Mark(
                code="amount.leading",
                severity=INFO,
                where=number.is_not_null() & ((trimmed != raw) | trimmed.str.contains(r"^0[0-9]")),
            ),
        ],
        value,
        {
            f"{field.name}.trimmed": text,
            f"{field.name}.short": text.str.len_chars() <= AMOUNT_CHARACTERS,
            f"{field.name}.read": text.str.contains(shape) & (text.str.len_chars() <= AMOUNT_CHARACTERS),
        },
    )


def _text(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    trimmed = raw.str.strip_chars()
    # NFKD takes accents off their letters; capitals of some letters are two.
    value = trimmed.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_uppercase()
    printable = value.str.contains(r"^[ -~]*$")
    short = pl.max_horizontal(trimmed.str.len_chars(), value.str.len_chars()) <= field.max
    return Judged(
        [
            Mark(code="text.too-long", severity=ERROR, where=~short, arg=pl.lit(str(field.max))),
            Mark(code="text.characters", severity=ERROR, where=~printable),
            Mark(code="text.blanks", severity=INFO, where=trimmed != raw),
            Mark(code="text.normalised", severity=INFO, where=printable & (value != trimmed)),
        ],
        pl.when(printable & short).then(value),
    )


def _digits(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    right = raw.str.contains(rf"^[0-9]{{{field.length}}}$")
    mark = Mark(code="digits.format", severity=ERROR, where=~right, arg=pl.lit(str(field.length)))
    return Judged([mark], pl.when(right).then(raw))


def _code(field: Field, raw: pl.Expr, _context: Context) -> Judged:
    if (codes := field.codes) is None:
        raise LookupError(f"field {field.name} names no code list")
    shaped = raw.str.contains(codes.shape)
    listed = raw.is_in([*codes.values])
    former = raw.is_in([*codes.former])
    outside = shaped & ~listed & ~former
    value = pl.when(shaped).then(raw.replace(dict(codes.former)) if codes.former else raw)
    marks = [
        Mark(code="code.format", severity=ERROR, where=~shaped, arg=pl.lit(", ".join(codes.values))),
        Mark(
            code="code.unknown" if codes.closed else "code.unlisted",
            severity=ERROR if codes.closed else WARNING,
            where=outside,
            arg=pl.lit(", ".join(codes.values)),
        ),
    ]
    if codes.former:
        recorded = raw.replace_strict(dict(codes.former), default=None, return_dtype=pl.String)
        marks.append(Mark(code="code.former", severity=WARNING, where=former, arg=recorded))
    return Judged(marks, value)


def _range(_field: Field, raw: pl.Expr, _context: Context) -> Judged:
    month = r"(19|[2-9][0-9])[0-9]{2}-(0[1-9]|1[0-2])"  # from FIRST_YEAR
    shape = f"^{month} A {month}$"
    value = pl.when(raw.str.contains(shape)).then(raw)
    backward = value.str.slice(0, 7) > value.str.slice(10, 7)
    return Judged(
        [
            Mark(code="range.format", severity=ERROR, where=~raw.str.contains(shape)),
            Mark(code="range.backward", severity=ERROR, where=backward),
        ],
        value,
    )


def _counted(code: str, shape: str, last: int) -> Callable[[Field, pl.Expr, Context], Judged]:
    def judge_count(field: Field, raw: pl.Expr, _context: Context) -> Judged:
        value = pl.when(raw.str.contains(shape)).then(raw).cast(pl.Int32)
        value = pl.when(value.is_between(1, last)).then(value)
        single = pl.when(raw.str.contains(r"^[1-9]$")).then(raw.str.zfill(2))
        unread = pl.col(field.name).is_null() & raw.is_not_null()
        return Judged([Mark(code=code, severity=ERROR, where=unread, arg=single)], value)

    return judge_count


JUDGES: dict[Kind, Callable[[Field, pl.Expr, Context], Judged]] = {
    Kind.RUC: _ruc,
    Kind.BRANCH: _branch,
    Kind.YEAR: _year,
    Kind.MONTH: _month,
    Kind.TYPE: _type,
    Kind.WORKER: _worker,
    Kind.DATE: _date,
    Kind.AMOUNT: _amount,
    Kind.TEXT: _text,
    Kind.DIGITS: _digits,
    Kind.CODE: _code,
    Kind.RANGE: _range,
    Kind.MONTHS: _counted("months.format", r"^[0-9]{2}$", 99),
    Kind.DAYS: _counted("days.format", r"^[0-9]{1,2}$", 31),  # how many digits is not known,
}
