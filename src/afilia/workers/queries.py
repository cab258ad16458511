"""Who is behind a number, and who may be the same person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import ManyToOneRel, Model, Q, QuerySet

from afilia.identifiers.foreign import DocumentId
from afilia.identifiers.names import are_alike
from afilia.registries.models import CivilRecord
from afilia.workers.models import Employment, IdentityDocument, IdentityNumber, Join, Person
from afilia.workers.rules import DoubleReason, RowKey, Work


@dataclass(frozen=True, kw_only=True)
class Double:
    """Somebody who may be the person asked about."""

    person: Person | None  # None: known to the local copy of the Registro Civil alone
    cedula: str  # of who is in that copy; else nothing
    names: str
    birth_on: date | None
    reasons: tuple[DoubleReason, ...]


def person_of(number: str) -> Person | None:
    """The person with that cédula or foreigner code."""
    return Person.objects.filter(numbers__number=number).first()


def one_with(person: Person) -> Person:
    """Who somebody is now: the person to whom they were joined, who has all their numbers."""
    while join := Join.objects.select_related("person").filter(other=person, undone_at=None).first():
        person = join.person
    return person


def numbers_of(number: str) -> frozenset[str]:
    """All the numbers of the person with that number; that number alone of somebody who is not known."""
    known = IdentityNumber.objects.filter(person__numbers__number=number)
    return frozenset(known.values_list("number", flat=True)) | {number}


def document_of(document: DocumentId) -> IdentityDocument | None:
    """The document as it is kept, with its `person`."""
    found = IdentityDocument.objects.filter(
        kind=document.kind, country=document.country, number=document.number
    )
    return found.select_related("person").first()


def likely_doubles(*, names: str, birth_on: date, document: DocumentId) -> list[Double]:
    """Who may be the person with those names, that day of birth and that document, with the reasons.

    People of this portal, by the number of their first identity number's row, and of the local copy of the
    Registro Civil. The same document comes first.
    """
    reasons: dict[int, set[DoubleReason]] = {}
    for row in IdentityDocument.objects.filter(number=document.number):
        same = (row.kind, row.country) == (document.kind, document.country)
        reason = DoubleReason.DOCUMENT if same else DoubleReason.NUMBER
        reasons.setdefault(row.person_id, set()).add(reason)
    born = Person.objects.filter(birth_on=birth_on, numbers__isnull=False).exclude(names="")
    for pk, named in born.values_list("pk", "names").distinct():
        if are_alike(named, names):
            reasons.setdefault(pk, set()).add(DoubleReason.BIRTH_AND_NAMES)
    people = Person.objects.filter(pk__in=reasons).prefetch_related("numbers", "documents")
    found = [
        Double(
            person=person,
            cedula="",
            names=person.names,
            birth_on=person.birth_on,
            reasons=tuple(reason for reason in DoubleReason if reason in reasons[person.pk]),
        )
        for person in people
    ]
    known = {number.number for double in found if double.person for number in double.person.numbers.all()}
    found += _in_register(names=names, birth_on=birth_on, known=known)
    return sorted(found, key=lambda double: [*DoubleReason].index(double.reasons[0]))


def _in_register(*, names: str, birth_on: date, known: Iterable[str]) -> list[Double]:
    born = CivilRecord.objects.filter(Q(birth_on=birth_on) & ~Q(cedula__in=known)).order_by("cedula")
    return [
        Double(
            person=None,
            cedula=record.cedula,
            names=record.names,
            birth_on=record.birth_on,
            reasons=(DoubleReason.BIRTH_AND_NAMES,),
        )
        for record in born
        if are_alike(record.names, names)
    ]


@dataclass(frozen=True, kw_only=True)
class AddedRow:
    """A row that became a person's after a join."""

    key: RowKey
    row: Model


def references() -> list[ManyToOneRel]:
    """All that refers to a person, in any app, but for the joins themselves."""
    return [
        field
        for field in Person._meta.get_fields(include_hidden=True)
        if isinstance(field, ManyToOneRel) and field.related_model is not Join
    ]


def rows_of(person: Person) -> list[RowKey]:
    """All the rows that refer to a person."""
    return [
        RowKey(table=one.related_model._meta.label, field=one.field.name, key=str(key))
        for one in references()
        for key in one.related_model._base_manager.filter(**{one.field.name: person})
        .order_by("pk")
        .values_list("pk", flat=True)
    ]


def added_since(join: Join) -> list[AddedRow]:
    """What became the person's since a join: somebody has to say whose it is before that is undone."""
    known = {row.row_key for row in join.rows.all()}
    added = [key for key in rows_of(join.person) if key not in known]
    models = {one.related_model._meta.label: one.related_model for one in references()}
    return [AddedRow(key=key, row=models[key.table]._base_manager.get(pk=key.key)) for key in added]


def later_join(join: Join) -> Join | None:
    """A later join of one of the two people, which has to be undone first."""
    people = [join.person_id, join.other_id]
    later = Join.objects.filter(Q(person__in=people) | Q(other__in=people), pk__gt=join.pk, undone_at=None)
    return later.order_by("-pk").first()


def people_of(numbers: Iterable[str]) -> QuerySet[Person]:
    return Person.objects.filter(numbers__number__in=numbers).distinct()


def employers_of(people: QuerySet[Person]) -> set[int]:
    """The keys of the employers for whom any of the people works or worked."""
    return set(Employment.objects.filter(person__in=people).values_list("employer", flat=True))


def works_of(person: Person) -> list[Work]:
    rows = Employment.objects.filter(person=person).order_by("pk")
    return [
        Work(
            key=row.pk,
            branch=row.branch_id,
            entered_on=row.entered_on,
            left_on=row.left_on,
            annulled=row.annulled,
        )
        for row in rows
    ]
