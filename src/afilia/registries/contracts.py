"""Contracts of foreigners in the SUT: pure comparison, and the rows of a file of them. No database."""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.identifiers.foreign import DocumentId, DocumentKind, document_number
from afilia.identifiers.names import words
from afilia.identifiers.person import are_digits
from afilia.identifiers.ruc import LENGTH

LONGEST_NAMES = 300  # characters
LONGEST_LINE = 4096  # characters


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What the SUT knows of a foreigner whose contract an employer registered there."""

    ruc: str
    document: DocumentId
    names: str
    birth_on: date
    registered_on: date


class Field(StrEnum):
    """What must be equal in the request, in the document and in the SUT (procedure sheet 002, step 3)."""

    KIND = "kind"
    COUNTRY = "country"
    NUMBER = "number"
    NAMES = "names"
    BIRTH = "birth_on"


def nearest(
    contracts: Collection[Contract], *, document: DocumentId, names: str, birth_on: date
) -> Contract | None:
    """The contract that is about this person: of those of an employer, the one that differs least."""
    found = [
        (len(differences(one, document=document, names=names, birth_on=birth_on)), one)
        for one in contracts
        if one.document.number == document.number or words(one.names) & words(names)
    ]
    found.sort(key=lambda each: (each[0], -each[1].registered_on.toordinal()))
    return found[0][1] if found else None


def differences(contract: Contract, *, document: DocumentId, names: str, birth_on: date) -> tuple[Field, ...]:
    """What is not the same, in the order of Field. In names order, accents and signs do not matter."""
    same = {
        Field.KIND: contract.document.kind is document.kind,
        Field.COUNTRY: contract.document.country == document.country,
        Field.NUMBER: contract.document.number == document.number,
        Field.NAMES: words(contract.names) == words(names),
        Field.BIRTH: contract.birth_on == birth_on,
    }
    return tuple(field for field in Field if not same[field])


DATES = ("FECHA_NACIMIENTO", "FECHA_REGISTRO")
COLUMNS = ("RUC", "TIPO_DOCUMENTO", "NUMERO_DOCUMENTO", "PAIS", "NOMBRES", *DATES)
KINDS = {
    "PASAPORTE": DocumentKind.PASSPORT,
    "VISA": DocumentKind.VISA,
    "DOCUMENTO": DocumentKind.HOME,
}


class Fault(StrEnum):
    """Why a row of a file is not loaded."""

    NOT_READABLE = "not-readable"
    COLUMNS = "wrong-number-of-columns"
    RUC = "ruc-not-13-digits"
    KIND = "unknown-kind"
    NUMBER = "not-a-number"
    COUNTRY = "not-a-country"
    NAMES = "not-a-name"
    DATE = "not-a-date"


class NotContractsError(Exception):
    """The first line does not name each of the COLUMNS once; `columns` are those in question."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(*columns)
        self.columns = columns


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A line of a file, from 1, and the column at fault, if it is one."""

    line: int
    fault: Fault
    column: str = ""


def read(lines: Iterable[str], *, countries: Collection[str]) -> Iterator[Contract | Broken]:
    """The rows of a CSV file, with commas or semicolons between the columns, known by their names.

    `countries` are the codes that there are. Raises NotContractsError, before the first row.
    """
    rest = iter(lines)
    first = next(rest, "").removeprefix("\ufeff")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    header = [name.strip().upper() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if wrong := [name for name in COLUMNS if header.count(name) != 1]:
        raise NotContractsError(wrong)
    for at, line in enumerate(rest, start=2):
        if line.strip():
            yield _row(line, header, delimiter=delimiter, at=at, countries=countries)


def _row(
    line: str, header: Sequence[str], *, delimiter: str, at: int, countries: Collection[str]
) -> Contract | Broken:
    if len(line) > LONGEST_LINE or "\ufffd" in line or not line.strip("\r\n").isprintable():
        return Broken(line=at, fault=Fault.NOT_READABLE)
    values = next(csv.reader([line], delimiter=delimiter))
    if len(values) != len(header):
        return Broken(line=at, fault=Fault.COLUMNS)
    row = {name: value.strip() for name, value in zip(header, values, strict=True)}
    kind, number = KINDS.get(row["TIPO_DOCUMENTO"].upper()), document_number(row["NUMERO_DOCUMENTO"])
    days = {name: _day(row[name]) for name in DATES}
    country = row["PAIS"].upper()
    checks = (
        (are_digits(row["RUC"], LENGTH), Fault.RUC, "RUC"),
        (kind is not None, Fault.KIND, "TIPO_DOCUMENTO"),
        (number is not None, Fault.NUMBER, "NUMERO_DOCUMENTO"),
        (country in countries, Fault.COUNTRY, "PAIS"),
        (0 < len(row["NOMBRES"]) <= LONGEST_NAMES, Fault.NAMES, "NOMBRES"),
        *((day is not None, Fault.DATE, name) for name, day in days.items()),
    )
    for is_good, fault, column in checks:
        if not is_good:
            return Broken(line=at, fault=fault, column=column)
    born, registered = days.values()
    if kind is None or number is None or born is None or registered is None:
        raise AssertionError(row)
    return Contract(
        ruc=row["RUC"],
        document=DocumentId(kind=kind, country=country, number=number),
        names=" ".join(row["NOMBRES"].split()),
        birth_on=born,
        registered_on=registered,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
