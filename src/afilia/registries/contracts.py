"""Contracts of foreigners in the SUT: pure comparison, and the rows of a file of them. No database."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.identifiers.foreign import DocumentId, DocumentKind, document_number
from afilia.identifiers.names import words
from afilia.identifiers.person import are_digits
from afilia.identifiers.ruc import LENGTH
from afilia.kit import tables

LONGEST_NAMES = 300  # characters


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


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A line of a file, from 1, and the column at fault, if it is one."""

    line: int
    fault: Fault
    column: str = ""


def read(lines: Iterable[str], *, countries: Collection[str]) -> Iterator[Contract | Broken]:
    """The rows of a CSV file with the COLUMNS.

    `countries` are the codes that there are. Raises tables.NotTheTableError, before the first row.
    """
    for at, row in tables.rows(lines, columns=COLUMNS):
        if isinstance(row, tables.Fault):
            yield Broken(line=at, fault=Fault(row))
        else:
            yield _contract(row, at=at, countries=countries)


def _contract(row: Mapping[str, str], *, at: int, countries: Collection[str]) -> Contract | Broken:
    kind, number = KINDS.get(row["TIPO_DOCUMENTO"].upper()), document_number(row["NUMERO_DOCUMENTO"])
    days = {name: day(row[name]) for name in DATES}
    country = row["PAIS"].upper()
    checks = (
        (are_digits(row["RUC"], LENGTH), Fault.RUC, "RUC"),
        (kind is not None, Fault.KIND, "TIPO_DOCUMENTO"),
        (number is not None, Fault.NUMBER, "NUMERO_DOCUMENTO"),
        (country in countries, Fault.COUNTRY, "PAIS"),
        (0 < len(row["NOMBRES"]) <= LONGEST_NAMES, Fault.NAMES, "NOMBRES"),
        *((on is not None, Fault.DATE, name) for name, on in days.items()),
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


def day(text: str) -> date | None:
    """A day as `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
