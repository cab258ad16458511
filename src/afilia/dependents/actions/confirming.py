from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.dependents import queries
from afilia.dependents.catalogue import terms
from afilia.dependents.models import Change, ChangeKind
from afilia.dependents.rules.relationships import limit_on
from afilia.registries import civil
from afilia.registries.civil import CivilPerson
from afilia.workers.models import IdentityKind, IdentityNumber, Person

AT_ONCE = 500  # numbers asked in one run


def confirm(*, now: datetime) -> None:
    """Ask the Registro Civil again for dependents that it has not confirmed, and record what it says.

    What it says of the birth may move the end of a registration. Not in a transaction.
    """
    numbers = queries.unconfirmed().filter(kind=IdentityKind.CEDULA).order_by("pk")[:AT_ONCE]
    asked = {row.number: row for row in numbers}
    for number, told in civil.look_up(asked).found.items():
        _keep(asked[number], told, now)
    for dependent_id in queries.told_otherwise().values_list("pk", flat=True):
        _follow(dependent_id, now)


def _keep(row: IdentityNumber, told: CivilPerson, now: datetime) -> None:
    Person.objects.filter(pk=row.person_id, identity_confirmed_at__isnull=True).update(
        names=told.names, birth_on=told.birth_on, identity_confirmed_at=now
    )


@transaction.atomic
def _follow(dependent_id: int, now: datetime) -> None:
    """Record the confirmed names and birth of a dependent."""
    row = (
        queries.told_otherwise().select_for_update(of=("self",), no_key=True).filter(pk=dependent_id).first()
    )
    if row is None or row.person is None or row.person.birth_on is None:
        return
    valid = terms(timezone.localdate(now))
    row.names, row.birth_on = row.person.names, row.person.birth_on
    row.limit_on = limit_on(
        row.birth_on,
        relationship=valid.relationships[row.relationship],
        disability=int(row.filed["discapacidad"]),
        terms=valid,
    )
    declared = row.filed["fecha_hasta"]
    ends = [end for end in (row.limit_on, declared and date.fromisoformat(declared)) if end]
    row.until_on = max(row.from_on, min(ends)) if ends else None
    row.revision += 1
    row.save()
    Change.objects.create(
        dependent=row,
        revision=row.revision,
        kind=ChangeKind.CONFIRMED,
        at=now,
        until_on=row.until_on,
        filed=row.filed,
    )
    audit.record("dependent.confirmed", actor="system", subject=f"dependent:{row.pk}", at=now)
