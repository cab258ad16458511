"""What a layout is: the declared shape of one type of batch file, and the lists that it draws on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SEPARATOR = ";"


class Kind(StrEnum):
    """How the text of a field is read."""

    RUC = "ruc"
    BRANCH = "branch"
    YEAR = "year"
    MONTH = "month"
    TYPE = "type"
    WORKER = "worker"
    DATE = "date"
    AMOUNT = "amount"
    TEXT = "text"
    DIGITS = "digits"
    CODE = "code"
    RANGE = "range"
    MONTHS = "months"
    DAYS = "days"


class Effect(StrEnum):
    """What a novedad does to the employment."""

    ENTRY = "entry"
    EXIT = "exit"
    PAY = "pay"
    EXTRA = "extra"
    RESERVE = "reserve"
    ARREARS = "arrears"
    ABSENCE = "absence"
    DEPENDENT = "dependent"  # nothing: it is about somebody who depends on the worker


@dataclass(frozen=True, kw_only=True)
class CodeList:
    name: str
    title: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]  # code → language → meaning
    former: Mapping[str, str]  # code used in the past → code under which it is recorded
    shape: str  # regular expression
    closed: bool  # a value outside the list is an error, not a warning


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    kind: Kind
    length: int = 0  # digits of DIGITS
    max: int = 0  # characters of TEXT
    codes: CodeList | None = None
    optional: bool = False
    zero: bool = False  # a date that may be 00000000
    past: bool = False  # a date that may not be in the future


@dataclass(frozen=True, kw_only=True, eq=False)
class Layout:
    """Compared by identity, as the catalogue is: what is derived from them can be kept."""

    type: str
    name: Mapping[str, str]
    summary: Mapping[str, str]
    effect: Effect
    head: tuple[Field, ...]
    body: tuple[Field, ...]
    amount: str | None  # the body field that is an amount of money
    subject: tuple[str, ...]  # fields that, with employment and type, say what a novedad is about
    retired: bool
    several: bool  # a worker may stand in several lines of a file
    period_is_first_month: bool
    agreeing: int  # independent payroll programs that use this layout
    source: Mapping[str, str] | None  # of this layout alone, where it is not that of all
    valid_from: date
    valid_to: date | None
    sample: str

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.head + self.body

    @property
    def least(self) -> int:
        """Fields that a record must have; optional ones come last."""
        return sum(not field.optional for field in self.fields)


@dataclass(frozen=True, kw_only=True)
class DeadlineRule:
    novedades: tuple[str, ...]
    days: int
    base: str  # name of a date field, or "period-end"
    source: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """All the data that a check reads. Every dictionary is by type of novedad or by code."""

    layouts: Mapping[str, Layout]
    unpublished: Mapping[str, Mapping[str, str]]
    deadlines: Mapping[str, DeadlineRule]
    extemporaneous_after: int  # days late
    sbu: Mapping[int, int]  # year → US$ a month
    reserve_from_month: int


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a check needs to know besides the file."""

    catalogue: Catalogue
    today: date
    foreigner_prefixes: tuple[str, ...] = ("61",)
    working_days: bool = False  # deadlines count working days
    holidays: tuple[date, ...] = ()
    max_bytes: int = 256 * 1024 * 1024

    @property
    def period(self) -> int:
        return self.today.year * 100 + self.today.month
