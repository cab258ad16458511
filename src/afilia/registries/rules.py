"""The SRI's open-data catalogue: what its rows must hold. Read by columns, in pieces, in bounded memory.

One row per establishment, `|` between the columns, quotation marks are plain text. The columns are known by
their names, as the published versions order and name them differently.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from afilia.identifiers.ruc import LENGTH

LONGEST_LINE = 64 * 1024  # bytes
BOM = b"\xef\xbb\xbf"
DATE = r"^[12][0-9]{3}(-[0-9]{2}-|/[0-9]{2}/)[0-9]{2}( [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]*)?)?$"
CONTROLS = bytes({*range(32), 127} - {*b"\t\n"})
CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"  # the same, in a line


class Standing(StrEnum):
    """The state of a taxpayer, in the words of the SRI."""

    ACTIVE = "ACTIVO"
    SUSPENDED = "SUSPENDIDO"
    CLOSED = "PASIVO"


class TaxpayerKind(StrEnum):
    """The kind of a taxpayer, in the words of the SRI."""

    COMPANY = "SOCIEDAD"  # public entities too
    PERSON = "PERSONA NATURAL"


class EstablishmentState(StrEnum):
    """The state of an establishment, in the words of the SRI."""

    OPEN = "ABI"
    CLOSED = "CER"


class Fault(StrEnum):
    """Why a row is not loaded."""

    TOO_LONG = "too-long"
    NOT_UTF8 = "not-utf8"
    CONTROL_CHARACTER = "control-character"
    COLUMNS = "wrong-number-of-columns"
    EMPTY = "empty"
    RUC = "ruc-not-13-digits"
    NUMBER = "not-a-number"
    WORD = "unknown-word"
    DATE = "not-a-date"
    REPEATED = "repeated"  # another row of the same load has this establishment, and is newer or comes later


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the copy and its names in the catalogue; one that is not `needed` may be absent."""

    name: str
    official: tuple[str, ...]
    needed: bool = True


RUC = Column(name="ruc", official=("NUMERO_RUC",))
NUMBER = Column(name="number", official=("NUMERO_ESTABLECIMIENTO",))
NAME = Column(name="name", official=("RAZON_SOCIAL",))
WORDS: dict[Column, type[StrEnum]] = {
    Column(name="standing", official=("ESTADO_CONTRIBUYENTE",)): Standing,
    Column(name="kind", official=("TIPO_CONTRIBUYENTE",)): TaxpayerKind,
    Column(name="state", official=("ESTADO_ESTABLECIMIENTO",)): EstablishmentState,
}
DATES = (
    Column(name="started_on", official=("FECHA_INICIO_ACTIVIDADES",)),
    Column(name="updated_on", official=("FECHA_ACTUALIZACION",)),
    Column(name="suspended_on", official=("FECHA_SUSPENSION_DEFINITIVA",), needed=False),
    Column(name="restarted_on", official=("FECHA_REINICIO_ACTIVIDADES",), needed=False),
)
TEXTS = (
    Column(name="taxpayer_class", official=("CLASE_CONTRIBUYENTE",), needed=False),
    Column(name="jurisdiction", official=("CODIGO_JURISDICCION", "PROVINCIA_JURISDICCION")),
    Column(name="trade_name", official=("NOMBRE_FANTASIA_COMERCIAL",), needed=False),
    Column(name="province", official=("DESCRIPCION_PROVINCIA_EST",)),
    Column(name="canton", official=("DESCRIPCION_CANTON_EST",)),
    Column(name="parish", official=("DESCRIPCION_PARROQUIA_EST",)),
    Column(name="ciiu", official=("CODIGO_CIIU",), needed=False),
    Column(name="activity", official=("ACTIVIDAD_ECONOMICA",), needed=False),
)
COLUMNS = (RUC, NUMBER, NAME, *WORDS, *DATES, *TEXTS)


class NotACatalogueError(Exception):
    """The first line does not name each column that is needed once; `columns` are those in question."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(*columns)
        self.columns = columns


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Some lines of a catalogue, counted from 1: each that is not blank is in exactly one of the frames.

    `rows`: line (UInt32), then COLUMNS: number Int32, dates Date or null, the others String.
    `broken`: line, fault, column (its official name), ruc (one that it seems to speak of); both may be null.
    """

    rows: pl.DataFrame
    broken: pl.DataFrame


def read(blocks: Iterable[bytes]) -> Iterator[Piece]:
    """Read a catalogue from blocks of its bytes, cut anywhere; NotACatalogueError for its first line."""
    line, header = 1, None
    for whole in _whole_lines(blocks):
        lines = whole
        if header is None:
            first, _, lines = lines.partition(b"\n")
            header = _header(first)
            line += 1
        if lines:
            yield _piece(lines, header, first=line)
            line += lines.count(b"\n")
    if header is None:
        raise NotACatalogueError(_official(column for column in COLUMNS if column.needed))


def _whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        whole, end, after = block.rpartition(b"\n")
        if end:
            yield rest + whole + end
            rest = b""
        rest = (rest + after)[: LONGEST_LINE + 1]  # enough to see that it is too long
    if rest:
        yield rest


def _header(line: bytes) -> list[str | None]:
    """What each column of the file is in the copy, None where it is not wanted."""
    names = [
        name.strip() for name in line.removeprefix(BOM).decode("utf-8", "replace").rstrip("\r").split("|")
    ]
    found = {column: [name for name in names if name in column.official] for column in COLUMNS}
    if wrong := [column for column, its in found.items() if len(its) > 1 or (column.needed and not its)]:
        raise NotACatalogueError(_official(wrong))
    by_name = {its[0]: column.name for column, its in found.items() if its}
    return [by_name.get(name) for name in names]


def _official(columns: Iterable[Column]) -> list[str]:
    return [column.official[0] for column in columns]


def _piece(lines: bytes, header: list[str | None], *, first: int) -> Piece:
    lines = lines.replace(b"\r\n", b"\n").removesuffix(b"\r")
    split = _split_at_once(lines, len(header))
    broken = NONE_BROKEN
    if split is None:
        split, broken = _split_by_line(lines, len(header), first=first)
    else:
        split = split.with_row_index("line", offset=first)
    checked = _checked(_named(split, header))
    faulty = checked.filter(pl.col("which").is_not_null())
    return Piece(
        rows=checked.filter(pl.col("which").is_null()).select("line", *map(_value, COLUMNS)),
        broken=pl.concat(
            [broken, faulty.select("line", *_told(pl.col("which")), _any_ruc(pl.col(RUC.name)))]
        ).sort("line"),
    )


def _split_at_once(lines: bytes, width: int) -> pl.DataFrame | None:
    """The columns of the lines as `field_0` and so on; None unless each line can be cut into them."""
    count = lines.count(b"\n") + (not lines.endswith(b"\n"))
    if lines.count(b"|") != count * (width - 1) or len(lines.translate(None, CONTROLS)) != len(lines):
        return None
    names = [f"field_{at}" for at in range(width)]
    try:
        # It refuses a line with more columns, so that none can make up for one with less in the count above.
        split = pl.read_csv(
            lines,
            has_header=False,
            separator="|",
            quote_char=None,
            schema=dict.fromkeys(names, pl.String),
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:  # not UTF-8, or more columns
        return None
    lengths = split.select(pl.sum_horizontal(pl.col(names).str.len_bytes()).max()).item() + width - 1
    return split if split.height == count and lengths <= LONGEST_LINE else None


def _split_by_line(lines: bytes, width: int, *, first: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines that can be cut into columns, with their numbers, and the others as they are told."""
    raw = lines.split(b"\n")
    texts = [line.decode("utf-8", "replace") for line in raw]
    is_utf8 = [text.encode() == line for text, line in zip(texts, raw, strict=True)]
    text = pl.col("text")
    frame = (
        pl.DataFrame({"text": texts, "is_utf8": is_utf8})
        .with_row_index("line", offset=first)
        .filter(text != "")
        .with_columns(
            fault=pl.when(text.str.len_bytes() > LONGEST_LINE)
            .then(pl.lit(Fault.TOO_LONG.value))
            .when(~pl.col("is_utf8"))
            .then(pl.lit(Fault.NOT_UTF8.value))
            .when(text.str.contains(CONTROL))
            .then(pl.lit(Fault.CONTROL_CHARACTER.value))
            .when(text.str.count_matches("|", literal=True) != width - 1)
            .then(pl.lit(Fault.COLUMNS.value))
        )
    )
    whole = frame.filter(pl.col("fault").is_null())
    broken = frame.filter(pl.col("fault").is_not_null())
    return (
        whole.select("line", text.str.split_exact("|", width - 1)).unnest("text"),
        broken.select("line", "fault", pl.lit(None, pl.String).alias("column"), _any_ruc(text)),
    )


def _named(split: pl.DataFrame, header: list[str | None]) -> pl.DataFrame:
    """The wanted columns, trimmed; one that the file does not have is empty."""
    wanted = {name: at for at, name in enumerate(header) if name}
    return split.select(
        "line",
        *(
            pl.col(f"field_{wanted[column.name]}").str.strip_chars().alias(column.name)
            if column.name in wanted
            else pl.lit("").alias(column.name)
            for column in COLUMNS
        ),
    )


def _checked(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with their days as dates (`…:day`), and the place of the first CHECK that fails, or null."""
    dated = rows.with_columns(_day(column) for column in DATES)
    return dated.with_columns(
        which=pl.coalesce(
            pl.when(~is_good).then(pl.lit(which, pl.UInt8)) for which, (is_good, _, _) in enumerate(CHECKS)
        )
    )


def _told(which: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    places = [*range(len(CHECKS))]
    return (
        which.replace_strict(places, [fault.value for _, fault, _ in CHECKS], return_dtype=pl.String).alias(
            "fault"
        ),
        which.replace_strict(
            places, [column.official[0] for _, _, column in CHECKS], return_dtype=pl.String
        ).alias("column"),
    )


def _value(column: Column) -> pl.Expr:
    if column is NUMBER:
        return pl.col(column.name).cast(pl.Int32)
    return pl.col(f"{column.name}:day").alias(column.name) if column in DATES else pl.col(column.name)


def _day(column: Column) -> pl.Expr:
    written = pl.col(column.name)
    day = written.str.slice(0, 10).str.replace_all("/", "-", literal=True)
    return (
        pl.when(written.str.contains(DATE))
        .then(day)
        .str.to_date("%Y-%m-%d", strict=False)
        .alias(f"{column.name}:day")
    )


def _any_ruc(text: pl.Expr) -> pl.Expr:
    return text.str.extract(rf"([0-9]{{{LENGTH}}})", 1).alias("ruc")


CHECKS: tuple[tuple[pl.Expr, Fault, Column], ...] = (
    (pl.col(RUC.name).str.contains(rf"^[0-9]{{{LENGTH}}}$"), Fault.RUC, RUC),
    (pl.col(NAME.name) != "", Fault.EMPTY, NAME),
    (pl.col(NUMBER.name).str.contains(r"^0*[1-9][0-9]{0,4}$"), Fault.NUMBER, NUMBER),
    *((pl.col(column.name).is_in([*words]), Fault.WORD, column) for column, words in WORDS.items()),
    *(
        (pl.col(f"{column.name}:day").is_not_null() | (pl.col(column.name) == ""), Fault.DATE, column)
        for column in DATES
    ),
)
NONE_BROKEN = pl.DataFrame(
    schema={"line": pl.UInt32, "fault": pl.String, "column": pl.String, "ruc": pl.String}
)
