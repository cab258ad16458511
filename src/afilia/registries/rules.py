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
CONTROL = r"[\x00-\x08\x0b-\x1f\x7f]"


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
    text = pl.col("text")
    frame = (
        _texts(lines)
        .with_row_index("line", offset=first)
        .filter(text != "")
        .with_columns(
            fault=pl.when(text.str.len_bytes() > LONGEST_LINE)
            .then(pl.lit(Fault.TOO_LONG.value))
            .when(pl.col("fault").is_not_null())
            .then(pl.col("fault"))
            .when(text.str.count_matches("|", literal=True) != len(header) - 1)
            .then(pl.lit(Fault.COLUMNS.value))
        )
    )
    broken = frame.filter(pl.col("fault").is_not_null()).select(
        "line", "fault", pl.lit(None, pl.String).alias("column"), _any_ruc(text)
    )
    fields = _fields(frame.filter(pl.col("fault").is_null()), header)
    checked = fields.with_columns(_first_fault({name for name in header if name}))
    faulty = checked.filter(pl.col("fault").is_not_null())
    return Piece(
        rows=checked.filter(pl.col("fault").is_null()).select("line", *map(_value, COLUMNS)),
        broken=pl.concat([broken, faulty.select("line", "fault", "column", _any_ruc(pl.col(RUC.name)))]).sort(
            "line"
        ),
    )


def _texts(lines: bytes) -> pl.DataFrame:
    """`text` of each line, and its `fault` if it is no plain text; replacement characters where not UTF-8."""
    lines = lines.replace(b"\r\n", b"\n").removesuffix(b"\r")
    if _is_plain(lines):
        # With a separator that is nowhere in it, Polars cuts it into lines ten times faster than Python.
        return pl.read_csv(
            lines,
            has_header=False,
            separator="\x01",
            quote_char=None,
            schema={"text": pl.String},
            empty_string_is_null=False,
            raise_if_empty=False,
        ).with_columns(fault=pl.lit(None, pl.String))
    raw = lines.split(b"\n")
    texts = [line.decode("utf-8", "replace") for line in raw]
    is_utf8 = [text.encode() == line for text, line in zip(texts, raw, strict=True)]
    return pl.DataFrame({"text": texts, "is_utf8": is_utf8}).select(
        "text",
        pl.when(~pl.col("is_utf8"))
        .then(pl.lit(Fault.NOT_UTF8.value))
        .when(pl.col("text").str.contains(CONTROL))
        .then(pl.lit(Fault.CONTROL_CHARACTER.value))
        .alias("fault"),
    )


def _is_plain(lines: bytes) -> bool:
    """Whether it is UTF-8 without control characters."""
    try:
        lines.decode()
    except UnicodeDecodeError:
        return False
    return len(lines.translate(None, CONTROLS)) == len(lines)


def _fields(frame: pl.DataFrame, header: list[str | None]) -> pl.DataFrame:
    """The wanted columns, trimmed; one that the file does not have is empty."""
    split = pl.col("text").str.split_exact("|", len(header) - 1)
    wanted = {name: at for at, name in enumerate(header) if name}
    return frame.select("line", split).select(
        "line",
        *(
            pl.col("text").struct.field(f"field_{wanted[column.name]}").str.strip_chars().alias(column.name)
            if column.name in wanted
            else pl.lit("").alias(column.name)
            for column in COLUMNS
        ),
    )


def _first_fault(present: set[str]) -> list[pl.Expr]:
    """`fault` and `column` of the first fault of each row, null where there is none."""
    found = [
        (pl.col(RUC.name).str.contains(rf"^[0-9]{{{LENGTH}}}$"), Fault.RUC, RUC),
        (pl.col(NAME.name) != "", Fault.EMPTY, NAME),
        (pl.col(NUMBER.name).str.contains(r"^0*[1-9][0-9]{0,4}$"), Fault.NUMBER, NUMBER),
        *((pl.col(column.name).is_in([*words]), Fault.WORD, column) for column, words in WORDS.items()),
        *(
            (_date(column).is_not_null() | (pl.col(column.name) == ""), Fault.DATE, column)
            for column in DATES
            if column.name in present
        ),
    ]
    return [
        pl.coalesce(pl.when(~is_good).then(pl.lit(fault.value)) for is_good, fault, _ in found).alias(
            "fault"
        ),
        pl.coalesce(pl.when(~is_good).then(pl.lit(column.official[0])) for is_good, _, column in found).alias(
            "column"
        ),
    ]


def _value(column: Column) -> pl.Expr:
    if column is NUMBER:
        return pl.col(column.name).cast(pl.Int32)
    return _date(column) if column in DATES else pl.col(column.name)


def _date(column: Column) -> pl.Expr:
    written = pl.col(column.name)
    day = written.str.slice(0, 10).str.replace_all("/", "-", literal=True)
    return (
        pl.when(written.str.contains(DATE)).then(day).str.to_date("%Y-%m-%d", strict=False).alias(column.name)
    )


def _any_ruc(text: pl.Expr) -> pl.Expr:
    return text.str.extract(rf"([0-9]{{{LENGTH}}})", 1).alias("ruc")
