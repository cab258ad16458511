from dataclasses import dataclass
from datetime import datetime

from afilia.access.models import EmployerKey
from afilia.access.rules.keys import KeySubject
from afilia.employers.models import Employer
from afilia.workers.models import Person


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who is signed in: a person with the key of an employer."""

    key_id: int
    employer: Employer
    number: str  # cédula or foreigner code of the person
    branches: frozenset[str] | None  # numbers of the branches open to the person; None means all


def holder(*, key_id: int, changed_at: datetime) -> Holder | None:
    """The holder of a key; None when the key is gone or was changed after `changed_at`."""
    key = EmployerKey.objects.select_related("employer").filter(pk=key_id, changed_at=changed_at).first()
    return _of_key(key)


def holder_of(employer: Employer, *, number: str) -> Holder | None:
    """The person with that identification number, where they have a key to the employer."""
    return _of_key(employer.keys.filter(number=number).select_related("employer").first())


def _of_key(key: EmployerKey | None) -> Holder | None:
    if key is None:
        return None
    branches = frozenset(key.branches.values_list("number", flat=True))
    return Holder(key_id=key.pk, employer=key.employer, number=key.number, branches=branches or None)


def keys_of_person(number: str) -> list[EmployerKey]:
    return list(EmployerKey.objects.filter(number=number).order_by("pk"))


def key_subject(employer: Employer, *, number: str) -> KeySubject:
    """What must not be in the key of the person with that identification number to the employer."""
    person = Person.objects.filter(numbers__number=number).first()
    return KeySubject(
        number=number,
        names=person.names if person else "",
        ruc=employer.ruc,
        employer=employer.name,
        email=employer.email,
    )
