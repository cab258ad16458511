"""Who may be registered as an employer, with what, and when another e-mail takes effect."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from afilia.identifiers.names import words
from afilia.identifiers.person import person_number_fault
from afilia.identifiers.ruc import NOT_AN_ERROR, is_domestic, ruc_fault
from afilia.procedures.rules import Applicant
from afilia.registries.rules import Standing, TaxpayerKind

MOST_BRANCHES = 300  # of one registration
CEDULA_BASED = "0123456"  # third digits of the RUC of a natural person with a cédula
Kind = Applicant  # an employer is of one of the kinds that procedures are for
PUBLIC, OTHERS = "6", "9"  # third digits; OTHERS: companies, and foreigners who have no cédula


class Refusal(StrEnum):
    """Why an employer cannot be registered."""

    UNKNOWN = "unknown"  # the SRI knows no such RUC
    CLOSED = "closed"
    SUSPENDED = "suspended"
    KIND = "kind"  # the register says that it is another kind of employer
    REGISTERED = "registered"  # it was registered before


class Document(StrEnum):
    """With what a person proves who they are (procedure sheet 001)."""

    CEDULA = "cedula"
    FOREIGNER_CODE = "foreigner-code"
    PASSPORT = "passport"
    VISA = "visa"


ISSUED_ABROAD = frozenset({Document.PASSPORT, Document.VISA})


class Identity(StrEnum):
    """What the Registro Civil says of a cédula and the names typed with it."""

    CONFIRMED = "confirmed"
    DIFFERENT = "different"
    UNCONFIRMED = "unconfirmed"  # not asked, unknown to it, or no answer


class ChangeState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    CANCELLED = "cancelled"  # by who is signed in
    OBJECTED = "objected"  # by who reads the mail of the old address
    REPLACED = "replaced"  # by another change


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person as typed; `country` is ISO 3166, only of a document issued abroad."""

    document: Document
    number: str
    names: str
    country: str = ""
    confirmed: bool = False  # by the Registro Civil


@dataclass(frozen=True, kw_only=True)
class Place:
    """A branch to be: its number comes from its position."""

    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Application:
    """All that registers an employer."""

    kind: Kind
    ruc: str
    name: str
    standing: Standing | None  # None: a domestic employer, whom the SRI need not know
    representative: Person
    branches: tuple[Place, ...]
    province: str
    canton: str
    street: str
    phone: str
    email: str
    email_verified_at: datetime
    collector: Person | None  # a third party who may collect the key

    def __post_init__(self) -> None:
        if not 1 <= len(self.branches) <= (1 if self.kind is Kind.DOMESTIC else MOST_BRANCHES):
            raise ValueError(f"{len(self.branches)} branches")
        if (self.kind is Kind.DOMESTIC) != is_domestic(self.ruc):
            raise ValueError("only a domestic employer has the RUC of one")
        if self.kind is not Kind.DOMESTIC and self.standing is not Standing.ACTIVE:
            raise ValueError("the SRI does not say that the RUC is active")


def refusal(
    kind: Kind, *, ruc: str, standing: Standing | None, taxpayer_kind: TaxpayerKind | None
) -> Refusal | None:
    """Why the SRI's word on a RUC keeps an employer of this kind from being registered, if it does.

    `standing` and `taxpayer_kind` are None where the SRI does not know the RUC.
    """
    if standing is None or taxpayer_kind is None:
        return Refusal.UNKNOWN
    if standing is Standing.CLOSED:
        return Refusal.CLOSED
    if standing is Standing.SUSPENDED:
        return Refusal.SUSPENDED
    return None if agrees(kind, ruc=ruc, taxpayer_kind=taxpayer_kind) else Refusal.KIND


def agrees(kind: Kind, *, ruc: str, taxpayer_kind: TaxpayerKind) -> bool:
    """Whether the kind of an employer agrees with the register and the third digit of the RUC."""
    third = ruc[2]
    match kind:
        case Kind.COMPANY:
            return taxpayer_kind is TaxpayerKind.COMPANY and third == OTHERS
        case Kind.PUBLIC:
            return taxpayer_kind is TaxpayerKind.COMPANY and third == PUBLIC
        case Kind.FOREIGN_PERSON:
            return taxpayer_kind is TaxpayerKind.PERSON and third in CEDULA_BASED + OTHERS
        case Kind.PERSON | Kind.ARTISAN:
            return taxpayer_kind is TaxpayerKind.PERSON and third in CEDULA_BASED
        case Kind.DOMESTIC:
            return False


def is_ruc_of_the_sri(ruc: str) -> bool:
    """Whether it is worth asking the SRI; the domestic form is none, and some check digits are unreliable."""
    fault = ruc_fault(ruc)
    return (fault is None or fault in NOT_AN_ERROR) and not is_domestic(ruc)


def is_number_of(document: Document, number: str, *, foreigner_prefixes: Sequence[str]) -> bool:
    """Whether a document of that kind may have that number, written in capitals without blanks.

    No format of a passport or visa is stated anywhere: 4 to 20 letters and digits are taken.
    """
    if document in ISSUED_ABROAD:
        return re.fullmatch(r"[A-Z0-9]{4,20}", number) is not None
    if person_number_fault(number, foreigner_prefixes=foreigner_prefixes):
        return False
    foreign = number.startswith(tuple(foreigner_prefixes))
    return foreign == (document is Document.FOREIGNER_CODE)


def identity(typed: str, *, registered: str, is_dead: bool) -> Identity:
    """Compare names with those of the Registro Civil: two of them, and none that it does not have.

    Order, case and accents do not matter. Nobody acts for an employer after their death.
    """
    mine, theirs = words(typed), words(registered)
    same = mine <= theirs and len(mine) >= min(2, len(theirs))
    return Identity.CONFIRMED if same and not is_dead else Identity.DIFFERENT


def plain_phone(typed: str) -> str:
    """A telephone number as it is kept: `0` and 8 or 9 digits, or `+` and 8 to 15; nothing if it is none.

    The country's own numbers are 02 to 07 with seven digits more, and 09 with eight.
    """
    plain = re.sub(r"[\s().\-/]", "", typed)
    plain = re.sub(r"^(?:\+|00)593(?=\d)0?", "0", plain)
    plain = re.sub(r"^00(?=\d)", "+", plain)
    known = re.fullmatch(r"0[2-7]\d{7}|09\d{8}|\+[1-9]\d{7,14}", plain, re.ASCII)
    return plain if known else ""


def branch_number(position: int) -> str:
    """The number of a branch by its position from 1: the first of an employer is 0001."""
    return f"{position:04d}"


def same_email(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def effective_at(*, old: str, new: str, now: datetime, wait: timedelta) -> datetime:
    """When a new address, proved by a code, takes the place of the old one.

    At once when there is nobody to be told: no old address, or the same one. An old address that nobody ever
    verified is told and waited for like any other: it may well be the employer's.
    """
    return now if not old or same_email(old, new) else now + wait


def masked(email: str) -> str:
    """An address that its owner recognises and nobody else learns: `n•••@example.com`."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
