"""What a procedure asks for, of whom, and where it goes. All of it is data; here is how it is read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

MAX_BYTES = 1024 * 1024  # of a document sent: sheet 001, «peso máximo 1MB»; a procedure may say otherwise
MEGABYTE = 1024 * 1024
KEY = "clave-patronal"  # the document


class Channel(StrEnum):
    COUNTER = "counter"
    VIRTUAL = "virtual"  # the virtual desk: documents sent, decided by a person
    ONLINE = "online"  # in the portal itself, answered at once


class Applicant(StrEnum):
    """Who a procedure is for, by the kinds of employers."""

    COMPANY = "company"
    PUBLIC = "public"
    PERSON = "person"
    FOREIGN_PERSON = "foreign-person"
    DOMESTIC = "domestic"
    ARTISAN = "artisan"


class WhoComes(StrEnum):
    EMPLOYER = "employer"  # or who represents it by law
    ATTORNEY = "attorney"
    AUTHORISED_THIRD_PARTY = "authorised-third-party"


class Addressee(StrEnum):
    """Whom a sheet is «dirigido a»: kinds of persons, not of employers."""

    PRIVATE_BODY = "private-body"
    PUBLIC_BODY = "public-body"
    ECUADORIAN_PERSON = "ecuadorian-person"
    FOREIGN_PERSON = "foreign-person"


class Signature(StrEnum):
    NONE = "none"
    ELECTRONIC = "electronic"  # compulsory
    BY_HAND = "by-hand"  # compulsory
    FORBIDDEN = "forbidden"  # by hand, and a document signed electronically is refused


class Presented(StrEnum):
    """How a document is handed in."""

    SHOWN = "shown"
    ORIGINAL = "original"
    COPY = "copy"
    ORIGINAL_AND_COPY = "original-and-copy"
    ORIGINAL_OR_COPY = "original-or-copy"
    FILE = "file"


class Format(StrEnum):
    JPG = "jpg"
    PDF = "pdf"


class ReasonKind(StrEnum):
    REFUSAL = "refusal"
    CORRECTION = "correction"


class UnitKind(StrEnum):
    COORDINATION = "coordination"  # of the province
    DIRECTORATE = "directorate"  # for the whole country


@dataclass(frozen=True)
class Text:
    es: str
    en: str

    def within(self, language: str) -> str:
        """In English for `en`, in Spanish for all others."""
        return self.en if language == "en" else self.es


NOTHING = Text("", "")


@dataclass(frozen=True, kw_only=True)
class Document:
    slug: str
    name: Text


@dataclass(frozen=True, kw_only=True)
class ApplicantText:
    """How a kind of applicant is called, who acts for it, and what it writes into the field for the RUC."""

    slug: Applicant
    name: Text
    who: Text
    ruc: Text


@dataclass(frozen=True, kw_only=True)
class Option:
    """One document that meets a requirement, and for whom it does; nobody named means everybody."""

    document: Document
    signature: Signature
    presented: Presented
    how: Text
    only: Text = NOTHING  # in which case, where the checklist is read by all
    applicants: frozenset[Applicant] = frozenset()
    who_comes: frozenset[WhoComes] = frozenset()
    identity: str = ""  # of which identity document it is, in the words of `identifiers`
    issued: str = ""  # the kind of a document that the portal issues, where it is one
    contents: tuple[Text, ...] = ()  # what must be written in it
    validated_by_legal: bool = False  # before it is handed in
    formats: tuple[Format, ...] = (Format.JPG, Format.PDF)
    max_bytes: int = MAX_BYTES

    def serves(self, applicant: Applicant, who_comes: WhoComes) -> bool:
        return (not self.applicants or applicant in self.applicants) and (
            not self.who_comes or who_comes in self.who_comes
        )


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """What is asked for: the first option, else the second, and so on."""

    slug: str
    options: tuple[Option, ...]

    def option(self, document: str) -> Option | None:
        """The option with that document."""
        return next((option for option in self.options if option.document.slug == document), None)


@dataclass(frozen=True, kw_only=True)
class Way:
    """A channel of a procedure: who may come by it, with what, how long it takes."""

    channel: Channel
    start: str  # name of the address of the page that begins it
    title: Text
    about: Text
    end: Text
    hours: Text
    steps: tuple[Text, ...]
    who_comes: tuple[WhoComes, ...]
    requirements: tuple[Requirement, ...]
    working_days: int  # promised from the submission on; 0: at once
    correction_days: int  # working days to send what was asked for again
    by_appointment: bool = False
    without_appointment: tuple[Text, ...] = ()  # who is seen without one

    @property
    def needs_key(self) -> bool:
        return any(requirement.option(KEY) for requirement in self.requirements)

    @property
    def general(self) -> tuple[Option, ...]:
        """What everybody hands in."""
        return tuple(option for one in self.requirements for option in one.options if not option.only.es)

    @property
    def specific(self) -> tuple[Option, ...]:
        """What is handed in in some cases alone, instead of something or besides."""
        return tuple(option for one in self.requirements for option in one.options if option.only.es)


@dataclass(frozen=True, kw_only=True)
class Opening:
    """The hours of a channel: days from Monday (1) to Sunday (7), hours as `08:00`, of the country."""

    days: tuple[int, ...]
    opens: str
    closes: str


@dataclass(frozen=True, kw_only=True)
class ChannelText:
    """How a channel is called, where and when it is open, and what the button says that leads to it."""

    name: Text
    place: Text
    start: Text
    opening: Opening


@dataclass(frozen=True, kw_only=True)
class Law:
    norm: str
    articles: str  # `16; 18; 247.1`, or the words of a provision without a number

    @property
    def cited(self) -> str:
        if not self.articles[0].isdigit():
            return f"{self.norm}, {self.articles}"
        return f"{self.norm}, {'arts.' if ';' in self.articles else 'art.'} {self.articles}"


@dataclass(frozen=True, kw_only=True)
class Procedure:
    slug: str
    sheet: str  # number of the official sheet; empty where other sheets name it and it has none
    source: str
    source_on: date
    name: Text
    about: Text
    result: Text
    for_whom: Text
    addressees: tuple[Addressee, ...]
    before: tuple[Text, ...]  # what must be true before it begins
    related: tuple[str, ...]  # slugs of procedures
    cost: int  # US$
    applicants: tuple[Applicant, ...]
    ways: tuple[Way, ...]
    refusals: tuple[str, ...]  # slugs of reasons
    corrections: tuple[str, ...]
    exceptions: tuple[Text, ...]  # in which cases it does not serve
    instead: str  # slug of the procedure for those cases; empty where a text says what to do
    legal: tuple[Law, ...]
    contact: Mapping[str, str]  # office, email, phone

    def way(self, channel: Channel) -> Way | None:
        return next((way for way in self.ways if way.channel is channel), None)


@dataclass(frozen=True, kw_only=True)
class Reason:
    slug: str
    kind: ReasonKind
    text: Text


@dataclass(frozen=True, kw_only=True)
class Unit:
    """Who decides: a provincial coordination (`coordinacion-17`) or a national directorate."""

    slug: str
    kind: UnitKind
    province: str = ""  # code


@dataclass(frozen=True, kw_only=True)
class Route:
    """A line of the routing table; no procedure or province named means all of them."""

    slug: str
    to: str  # COORDINATION: that of the province; else a directorate's slug
    procedures: frozenset[str] = frozenset()
    provinces: frozenset[str] = frozenset()
    why: Text = NOTHING

    def fits(self, procedure: str, province: str) -> bool:
        return (not self.procedures or procedure in self.procedures) and (
            not self.provinces or province in self.provinces
        )


@dataclass(frozen=True, kw_only=True)
class Destination:
    """Where a case goes, and the line of the table that says so."""

    unit: Unit
    route: Route


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    institution: str
    country: str
    kind_of_service: Text
    kind_of_result: Text
    procedures: Mapping[str, Procedure]  # in the order in which they are shown
    documents: Mapping[str, Document]
    applicants: Mapping[Applicant, ApplicantText]
    addressees: Mapping[Addressee, Text]
    who_comes: Mapping[WhoComes, Text]
    channels: Mapping[Channel, ChannelText]
    reasons: Mapping[str, Reason]
    routes: tuple[Route, ...]
    directorates: Mapping[str, Text]

    def on(self, channel: Channel) -> list[Procedure]:
        """The procedures that can be begun by a channel, by their slugs."""
        return [
            self.procedures[slug] for slug in sorted(self.procedures) if self.procedures[slug].way(channel)
        ]

    def asks_for(self, document: str) -> bool:
        """Whether any procedure asks for a document, by its slug."""
        return any(
            requirement.option(document)
            for procedure in self.procedures.values()
            for way in procedure.ways
            for requirement in way.requirements
        )


def requirements(
    procedure: Procedure, channel: Channel, applicant_kind: Applicant, who_comes: WhoComes
) -> list[Requirement]:
    """What this applicant hands in, in the order of the sheet, alternatives inside and the preferred first.

    KeyError where the procedure does not know the channel, the applicant or who comes.
    """
    way = procedure.way(channel)
    if way is None or applicant_kind not in procedure.applicants or who_comes not in way.who_comes:
        raise KeyError(f"{procedure.slug}: {channel} for {applicant_kind} through {who_comes}")
    return _kept(way.requirements, lambda option: option.serves(applicant_kind, who_comes))


def for_identity(asked: Iterable[Requirement], identity: str) -> list[Requirement]:
    """The requirements for who has that identity document: of identity documents no other is asked for.

    A requirement that such a document would meet alone, and this one does not, keeps all its options.
    """
    kept = []
    for requirement in asked:
        options = tuple(option for option in requirement.options if option.identity in {"", identity})
        kept.append(replace(requirement, options=options or requirement.options))
    return kept


def reasons(catalogue: Catalogue, procedure: Procedure, kind: ReasonKind) -> list[Reason]:
    """The reasons from which an official chooses."""
    slugs = procedure.refusals if kind is ReasonKind.REFUSAL else procedure.corrections
    return [catalogue.reasons[slug] for slug in slugs]


def destination(catalogue: Catalogue, *, procedure: str, province: str) -> Destination:
    """Where a case of a procedure from a province goes: the first line of the table that fits.

    The last line fits all (a test holds the data to it).
    """
    route = next(route for route in catalogue.routes if route.fits(procedure, province))
    if route.to == UnitKind.COORDINATION:
        return Destination(unit=coordination(province), route=route)
    return Destination(unit=Unit(slug=route.to, kind=UnitKind.DIRECTORATE), route=route)


def coordination(province: str) -> Unit:
    return Unit(slug=f"coordinacion-{province}", kind=UnitKind.COORDINATION, province=province)


def megabytes(size: int) -> str:
    """A limit in words, `1 MB`; ValueError for one that is not whole, which nobody could be told."""
    whole, rest = divmod(size, MEGABYTE)
    if rest:
        raise ValueError(f"{size} bytes are no whole megabytes")
    return f"{whole} MB"


def _kept(asked: Sequence[Requirement], serves: Callable[[Option], bool]) -> list[Requirement]:
    kept = [replace(requirement, options=tuple(filter(serves, requirement.options))) for requirement in asked]
    return [requirement for requirement in kept if requirement.options]
