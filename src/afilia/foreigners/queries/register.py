"""The register of people with foreigner codes, for officials."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from afilia.employers.models import Employer
from afilia.foreigners.models import CodeRequest
from afilia.identifiers.names import words
from afilia.identifiers.typed import plain
from afilia.kit import codes
from afilia.registries.civil import CivilPerson
from afilia.workers.models import Employment, IdentityKind, IdentityNumber, Join, Person
from afilia.workers.rules import Clash, Clashing

MOST_FOUND = 50
LEAST_LETTERS = 3  # of a name that is looked for


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the register has of a person."""

    person: Person
    works: int
    employers: int
    joins: Sequence[Join]  # the latest first
    requests: Sequence[CodeRequest]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field of two people who may be one; empty where it is not known."""

    name: str
    mine: str | date | None
    theirs: str | date | None

    @property
    def differs(self) -> bool:
        if not self.mine or not self.theirs:
            return False
        if isinstance(self.mine, str) and isinstance(self.theirs, str):
            return words(self.mine) != words(self.theirs)
        return self.mine != self.theirs


def find(typed: str) -> list[Person]:
    """People by any of their numbers or documents; people with a foreigner code by parts of their names."""
    number = plain(typed)
    found = _people().filter(Q(numbers__number=number) | Q(documents__number=number)).distinct()
    if people := list(found.order_by("pk")[:MOST_FOUND]):
        return people
    parts = words(typed)
    if not parts or max(map(len, parts)) < LEAST_LETTERS:
        return []
    named = _people().filter(numbers__kind=IdentityKind.FOREIGNER_CODE)
    named = named.alias(listed_as=RawSQL("workers_list_name(workers_person.names)", []))
    for part in parts:
        named = named.filter(listed_as__contains=part)
    return list(named.distinct().order_by("names", "pk")[:MOST_FOUND])


def person(pk: int) -> Person | None:
    """Somebody who has a number; all of the other's numbers went to whom they were joined to."""
    return _people().filter(pk=pk, numbers__isnull=False).distinct().first()


def sheet(person: Person) -> Sheet:
    works = Employment.objects.filter(person=person, annulled=False)
    return Sheet(
        person=person,
        works=works.count(),
        employers=works.values("employer").distinct().count(),
        joins=joins_of(person),
        requests=list(
            CodeRequest.objects.filter(code__person=person).select_related("employer").order_by("-pk")
        ),
    )


def joins_of(person: Person) -> list[Join]:
    """The joins of a person, and those of the people who were joined to them, the latest first."""
    people, found = {person.pk}, dict[int, Join]()
    while True:
        rows = Join.objects.filter(person__in=people).exclude(pk__in=found).select_related("other")
        if not rows:
            return [found[pk] for pk in sorted(found, reverse=True)]
        found.update((row.pk, row) for row in rows)
        people = {row.other_id for row in rows if row.undone_at is None}


def join(pk: int) -> Join | None:
    return Join.objects.select_related("person", "other").filter(pk=pk, undone_at=None).first()


def numbers(person: Person) -> list[str]:
    return list(person.numbers.order_by("pk").values_list("number", flat=True))


def compared(person: Person, other: Person | None, register: CivilPerson | None) -> list[Row]:
    """The fields of a person beside those of the register, or of the other."""
    theirs = register or other
    if theirs is None:
        return []
    return [
        Row(name="names", mine=person.names, theirs=theirs.names),
        Row(name="birth_on", mine=person.birth_on, theirs=theirs.birth_on),
    ]


def all_differ(rows: Sequence[Row]) -> bool:
    """Whether there are fields to compare and none of them is alike: most likely somebody else."""
    return bool(rows) and all(row.differs for row in rows)


def employers_of(person: Person) -> list[Employer]:
    """For whom a person works or worked."""
    works = Employment.objects.filter(person=person, annulled=False)
    return list(Employer.objects.filter(pk__in=works.values("employer")).order_by("pk"))


def reference(typed: str) -> str:
    """What an official looked for, as the ledger knows it: readable by none."""
    return codes.digest(settings.CODES_KEY, purpose="foreigners-search", typed=plain(typed)).hex()[:16]


def _people() -> QuerySet[Person]:
    return Person.objects.prefetch_related("numbers", "documents")


@dataclass(frozen=True, kw_only=True)
class ToldClash:
    """Two employments in one branch that one person cannot have."""

    mine: Employment
    theirs: Employment
    why: Clash


def told(clashing: Iterable[Clashing]) -> list[ToldClash]:
    clashing = list(clashing)
    keys = [key for one in clashing for key in (one.mine.key, one.theirs.key)]
    works = Employment.objects.select_related("employer", "branch").in_bulk(keys)
    return [
        ToldClash(mine=works[one.mine.key], theirs=works[one.theirs.key], why=one.why) for one in clashing
    ]


def named(employers: Iterable[int]) -> list[str]:
    return list(Employer.objects.filter(pk__in=employers).order_by("name").values_list("name", flat=True))


def numbers_that_came(join: Join) -> list[str]:
    """The numbers that were the other's, in the order in which they are kept."""
    keys = join.rows.filter(table=IdentityNumber._meta.label, came=True).values_list("key", flat=True)
    return list(
        IdentityNumber.objects.filter(pk__in=[int(key) for key in keys])
        .order_by("pk")
        .values_list("number", flat=True)
    )
