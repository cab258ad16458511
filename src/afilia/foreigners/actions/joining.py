"""An official joins people found to be one, or undoes it; what officials look for and at is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.dependents import queries as dependents
from afilia.foreigners.actions import telling
from afilia.foreigners.queries import register
from afilia.identifiers.person import person_number_fault
from afilia.registries import civil
from afilia.registries.civil import CivilPerson
from afilia.registries.errors import RegisterDownError
from afilia.staff.rules import Role, Staff
from afilia.workers import actions as workers
from afilia.workers import queries as people
from afilia.workers.models import Join, Person
from afilia.workers.rules import RowKey

SECONDS = 5.0  # that an official waits for the Registro Civil


class NotSupervisedError(Exception):
    """Only a supervisor makes two people of the register one, or joins a cédula with nothing alike."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Who has a number: here, and at the Registro Civil."""

    person: Person | None
    register: CivilPerson | None


def look_up(number: str) -> Found:
    """Who has a number. Raises RegisterDownError: a cédula that cannot be asked about waits."""
    if person_number_fault(number, foreigner_prefixes=()):  # a foreigner code
        return Found(person=people.person_of(number), register=None)
    answer = civil.look_up([number], seconds=SECONDS)
    if answer.unanswered:
        raise RegisterDownError
    return Found(person=people.person_of(number), register=answer.found.get(number))


def join(*, person: Person, number: str, reason: str, text: str, by: Staff, now: datetime) -> Join:
    """Make who has the number one with a person; the employers are told that all the numbers serve.

    Where somebody here has it, or neither names nor day of birth are alike, that takes a supervisor. Not in a
    transaction: the Registro Civil is asked first. Raises RegisterDownError, NotSupervisedError,
    JoinRefusedError.
    """
    found = look_up(number)
    strange = register.all_differ(register.compared(person, found.person, found.register))
    with transaction.atomic():
        joined = workers.join(
            number=register.numbers(person)[0],
            other=number,
            register=found.register,
            by=by.actor,
            reason=reason,
            text=text,
            now=now,
            twice=partial(dependents.twice, on=timezone.localdate(now)),
        )
        came = joined.rows.filter(came=True).count()
        if (found.person is not None or came > 1 or strange) and Role.SUPERVISOR not in by.roles:
            raise NotSupervisedError
        _tell(joined, "numbers_joined", now=now)
        _record("person.joined", joined, by=by, now=now, reason=reason, rows=came)
    return joined


@transaction.atomic
def undo(
    *, joined: Join, added: Mapping[RowKey, bool], reason: str, text: str, by: Staff, now: datetime
) -> Join:
    """Take a join back; `added` says of each row that came since whether it is the other's.

    Raises NotSupervisedError, JoinRefusedError.
    """
    if Role.SUPERVISOR not in by.roles:
        raise NotSupervisedError
    concerned = register.employers_of(joined.person)
    undone = workers.undo(join_id=joined.pk, added=added, by=by.actor, reason=reason, text=text, now=now)
    for employer in concerned:
        telling.tell(employer, template="numbers_parted", now=now, endings=_endings(undone))
    _record("person.parted", undone, by=by, now=now, reason=reason, rows=sum(added.values()))
    return undone


@transaction.atomic
def record_search(*, typed: str, found: int, by: Staff, now: datetime) -> None:
    """Write down that an official looked for somebody, which the ledger does not tell."""
    audit.record(
        "foreigners.searched",
        actor=by.actor,
        subject=f"office:{by.office_id}",
        at=now,
        facts={"typed": register.reference(typed), "found": found},
    )


@transaction.atomic
def record_look(*, person: Person, by: Staff, now: datetime) -> None:
    """Write down that an official read what the register has of a person."""
    audit.record(
        "foreigners.looked-at",
        actor=by.actor,
        subject=f"person:{person.pk}",
        at=now,
        facts={"office": by.office_id},
    )


def _tell(joined: Join, template: str, *, now: datetime) -> None:
    for employer in register.employers_of(joined.person):
        telling.tell(employer, template=template, now=now, endings=_endings(joined))


def _endings(joined: Join) -> list[str]:
    """How the numbers end: a mail says no more of them."""
    both = [*register.numbers(joined.person), *register.numbers(joined.other)]
    return [number[-4:] for number in both]


def _record(event: str, joined: Join, *, by: Staff, now: datetime, reason: str, rows: int) -> None:
    audit.record(
        event,
        actor=by.actor,
        subject=f"person:{joined.person_id}",
        at=now,
        facts={
            "join": joined.pk,
            "other": joined.other_id,
            "office": by.office_id,
            "reason": reason,
            "rows": rows,
        },
    )
