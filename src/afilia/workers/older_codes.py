"""Foreigner codes that were given before there was a portal: the rows of a file of them. No database."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.identifiers.foreign import DocumentId, document_number
from afilia.identifiers.person import LENGTH, are_digits
from afilia.kit import tables
from afilia.registries.contracts import KINDS, LONGEST_NAMES, day

CODE, NAMES, BIRTH = "CODIGO", "NOMBRES", "FECHA_NACIMIENTO"
KIND, NUMBER, COUNTRY = "TIPO_DOCUMENTO", "NUMERO_DOCUMENTO", "PAIS"
COLUMNS = (CODE, NAMES, BIRTH, KIND, NUMBER, COUNTRY)


class Fault(StrEnum):
    """Why a row of a file is not taken."""

    NOT_READABLE = "not-readable"
    COLUMNS = "wrong-number-of-columns"
    CODE = "not-a-code"
    PREFIX = "unknown-prefix"
    NAMES = "not-a-name"
    DATE = "not-a-date"
    KIND = "unknown-kind"
    NUMBER = "not-a-number"
    COUNTRY = "not-a-country"
    REPEATED_CODE = "repeated-code"  # an earlier line has it
    REPEATED_DOCUMENT = "repeated-document"
    OTHER_PERSON = "other-person"  # the code is of somebody with other names or another day of birth here
    OTHER_CODE = "other-code"  # the document is of somebody here who does not have the code


@dataclass(frozen=True, kw_only=True)
class OlderCode:
    """A code as it stands in line `line` of a file, from 1. Its last digit is judged by nobody."""

    line: int
    code: str
    names: str
    birth_on: date | None
    document: DocumentId | None


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A line of a file, from 1, the column at fault, if it is one, and the earlier line that it repeats."""

    line: int
    fault: Fault
    column: str = ""
    earlier: int | None = None


def read(
    lines: Iterable[str], *, prefixes: Collection[str], countries: Collection[str]
) -> Iterator[OlderCode | Broken]:
    """The rows of a CSV file with the COLUMNS; the day of birth may be empty, and so may the document.

    Raises tables.NotTheTableError, before the first row.
    """
    codes: dict[str, int] = {}
    documents: dict[DocumentId, int] = {}
    for at, values in tables.rows(lines, columns=COLUMNS):
        if isinstance(values, tables.Fault):
            yield Broken(line=at, fault=Fault(values))
            continue
        row = _row(values, at=at, prefixes=prefixes, countries=countries)
        if isinstance(row, OlderCode):
            row = _once(row, codes, documents)
        yield row


def _once(row: OlderCode, codes: dict[str, int], documents: dict[DocumentId, int]) -> OlderCode | Broken:
    if (earlier := codes.setdefault(row.code, row.line)) != row.line:
        return Broken(line=row.line, fault=Fault.REPEATED_CODE, column=CODE, earlier=earlier)
    if row.document and (earlier := documents.setdefault(row.document, row.line)) != row.line:
        return Broken(line=row.line, fault=Fault.REPEATED_DOCUMENT, column=NUMBER, earlier=earlier)
    return row


def _row(
    row: Mapping[str, str], *, at: int, prefixes: Collection[str], countries: Collection[str]
) -> OlderCode | Broken:
    birth_on, names = day(row[BIRTH]), " ".join(row[NAMES].split())
    kind, number = KINDS.get(row[KIND].upper()), document_number(row[NUMBER])
    country = row[COUNTRY].upper()
    has_document = any(row[name] for name in (KIND, NUMBER, COUNTRY))
    checks = (
        (are_digits(row[CODE], LENGTH), Fault.CODE, CODE),
        (row[CODE].startswith(tuple(prefixes)), Fault.PREFIX, CODE),
        (0 < len(names) <= LONGEST_NAMES, Fault.NAMES, NAMES),
        (birth_on is not None or not row[BIRTH], Fault.DATE, BIRTH),
        (kind is not None or not has_document, Fault.KIND, KIND),
        (number is not None or not has_document, Fault.NUMBER, NUMBER),
        (country in countries or not has_document, Fault.COUNTRY, COUNTRY),
    )
    for is_good, fault, column in checks:
        if not is_good:
            return Broken(line=at, fault=fault, column=column)
    return OlderCode(
        line=at,
        code=row[CODE],
        names=names,
        birth_on=birth_on,
        document=DocumentId(kind=kind, country=country, number=number) if kind and number else None,
    )
