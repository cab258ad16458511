"""Two people found to be one are joined, and a join made by mistake is undone.

Whatever refers to a person follows, of any app. Locks are taken in one order: the labour histories of the
employers concerned, then the people, and last the ledger by the caller.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from afilia.employers.models import Employer
from afilia.registries.civil import CivilPerson
from afilia.workers import queries
from afilia.workers.models import Employment, IdentityKind, IdentityNumber, Join, JoinedRow, Person
from afilia.workers.rules import Clashing, JoinRefusal, RowKey, Twice, clashes

PEOPLE_LOCK = 1_900_001  # advisory
T = TypeVar("T")


class JoinRefusedError(Exception):
    """Two people are not joined, or a join is not undone. Nothing was done."""

    def __init__(
        self,
        reason: JoinRefusal,
        clashing: Iterable[Clashing] = (),
        employers: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.clashing = tuple(clashing)
        self.employers = employers  # keys of those with whom something is to be mended


class _OtherEmployersError(Exception):
    """Somebody began to work for an employer whose history is not locked."""


def lock_people() -> None:
    """Until the transaction ends nobody else adds people, joins them or undoes a join.

    Who writes rows of a person finds the person by a number after this. The labour history of an employer
    is locked before.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PEOPLE_LOCK])


def _nothing_twice(_person: Person, _other: Person) -> Twice:
    return Twice()


def join(
    *,
    number: str,
    other: str,
    register: CivilPerson | None,
    by: str,
    reason: str,
    text: str,
    now: datetime,
    twice: Callable[[Person, Person], Twice] = _nothing_twice,
) -> Join:
    """Make the person with the number `other` one with the person with `number`, in the caller's transaction.

    `register` is what the Registro Civil says of `other`, a cédula; without it a number that nobody has here
    is refused. Names and day of birth are those of the register, or of who has the cédula. `by` is who acts
    as the ledger names them; the caller writes that. `twice` judges what an app above has of the two, once
    they are locked. Raises JoinRefusedError.
    """

    def do() -> Join:
        _hold(lambda: queries.people_of([number, other]))
        person, absorbed = _two_people(number, other, register)
        told = twice(person, absorbed)
        if told.refusal is not None:
            raise JoinRefusedError(told.refusal, employers=told.employers)
        staying = _refuse_clashes(person, absorbed) | told.stay
        joined = Join.objects.create(
            person=person,
            other=absorbed,
            joined_at=now,
            by=by,
            reason=reason,
            text=text,
            names=person.names,
            birth_on=person.birth_on,
            identity_confirmed_at=person.identity_confirmed_at,
        )
        _name(person, absorbed, register, now=now)
        rows = [(row, False) for row in queries.rows_of(person)]
        rows += [(row, True) for row in queries.rows_of(absorbed) if row not in staying]
        JoinedRow.objects.bulk_create(
            JoinedRow(join=joined, table=row.table, field=row.field, key=row.key, came=came)
            for row, came in rows
        )
        try:
            with transaction.atomic():
                _move((row for row, came in rows if came), to=person)
        except IntegrityError as error:
            raise JoinRefusedError(JoinRefusal.ROWS) from error
        return joined

    return _with_employers_held(do)


def undo(
    *, join_id: int, added: Mapping[RowKey, bool], by: str, reason: str, text: str, now: datetime
) -> Join:
    """Give back what was the other's when two people were joined, in the transaction of the caller.

    `added` says of each row that came since (`queries.added_since`) whether it is the other's.
    Raises JoinRefusedError, Join.DoesNotExist.
    """

    def do() -> Join:
        joined = Join.objects.get(pk=join_id)
        _hold(lambda: Person.objects.filter(pk__in=[joined.person_id, joined.other_id]))
        joined = Join.objects.select_related("person", "other").get(pk=join_id)
        if joined.undone_at is not None:
            raise JoinRefusedError(JoinRefusal.UNDONE)
        if queries.later_join(joined) is not None:
            raise JoinRefusedError(JoinRefusal.LATER)
        person, other = joined.person, joined.other
        came = [row.row_key for row in joined.rows.filter(came=True)]
        since = {one.key for one in queries.added_since(joined)}
        if not since <= added.keys():
            raise JoinRefusedError(JoinRefusal.ADDED)
        person.names, person.birth_on = joined.names, joined.birth_on
        person.identity_confirmed_at = joined.identity_confirmed_at
        person.save()
        _move([*came, *(row for row in since if added[row])], to=other)
        joined.undone_at, joined.undone_by = now, by
        joined.undone_reason, joined.undone_text = reason, text
        joined.save()
        return joined

    return _with_employers_held(do)


def _with_employers_held(do: Callable[[], T]) -> T:
    while True:
        try:
            with transaction.atomic():
                return do()
        except _OtherEmployersError:  # what was locked is free again; now they are known
            continue


def _hold(people: Callable[[], QuerySet[Person]]) -> None:
    """Lock the histories of the employers of some people, whose plans are made again, and the people."""
    employers = queries.employers_of(people())
    held = Employer.objects.select_for_update(no_key=True).filter(pk__in=employers).order_by("pk")
    list(held.values_list("pk"))
    lock_people()
    if not queries.employers_of(people()) <= employers:
        raise _OtherEmployersError
    Employer.objects.filter(pk__in=employers).update(history_version=F("history_version") + 1)


def _two_people(number: str, other: str, register: CivilPerson | None) -> tuple[Person, Person]:
    person, absorbed = queries.person_of(number), queries.person_of(other)
    if person is None:
        raise JoinRefusedError(JoinRefusal.UNKNOWN)
    if absorbed is None:
        absorbed = _new(other, register)
    if person == absorbed:
        raise JoinRefusedError(JoinRefusal.SAME)
    cedulas = IdentityNumber.objects.filter(person__in=[person, absorbed], kind=IdentityKind.CEDULA)
    if cedulas.count() > 1:
        raise JoinRefusedError(JoinRefusal.TWO_CEDULAS)
    return person, absorbed


def _new(cedula: str, register: CivilPerson | None) -> Person:
    """Somebody whom only the Registro Civil knew: a person of their own, so that the join can be undone."""
    if register is None:
        raise JoinRefusedError(JoinRefusal.UNKNOWN)
    person = Person.objects.create()
    IdentityNumber.objects.create(number=cedula, kind=IdentityKind.CEDULA, person=person)
    return person


def _refuse_clashes(person: Person, absorbed: Person) -> set[RowKey]:
    """The other's annulled employments that stay, since the person has one that began on the same day."""
    clashing = clashes(queries.works_of(person), queries.works_of(absorbed))
    if any(not clash.theirs.annulled for clash in clashing):
        raise JoinRefusedError(
            JoinRefusal.EMPLOYMENTS, [clash for clash in clashing if not clash.theirs.annulled]
        )
    return {
        RowKey(table=Employment._meta.label, field="person", key=str(clash.theirs.key)) for clash in clashing
    }


def _name(person: Person, absorbed: Person, register: CivilPerson | None, *, now: datetime) -> None:
    """Give the person the names of the register, or of who has the cédula."""
    if register is not None:
        for one in (person, absorbed):
            one.names, one.birth_on, one.identity_confirmed_at = register.names, register.birth_on, now
            one.save()
    elif absorbed.names and (
        person.identity_confirmed_at is None or absorbed.numbers.filter(kind=IdentityKind.CEDULA).exists()
    ):
        person.names, person.birth_on = absorbed.names, absorbed.birth_on
        person.identity_confirmed_at = absorbed.identity_confirmed_at
        person.save()


def _move(rows: Iterable[RowKey], *, to: Person) -> None:
    keys: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        keys.setdefault((row.table, row.field), []).append(row.key)
    for reference in queries.references():
        model, field = reference.related_model, reference.field.name
        if found := keys.get((model._meta.label, field)):
            model._base_manager.filter(pk__in=found).update(**{field: to})
