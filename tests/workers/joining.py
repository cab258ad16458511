"""Joining and undoing as an official's page asks for it."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from afilia.registries.civil import CivilPerson
from afilia.workers import actions
from afilia.workers.models import Join
from afilia.workers.rules import RowKey
from tests.builders import NOW

BORN = date(1991, 5, 4)


def registered(cedula: str, names: str = "ROJAS PAZ ANA LUCÍA") -> CivilPerson:
    return CivilPerson(cedula=cedula, names=names, birth_on=BORN, death_on=None)


def join(number: str, other: str, *, register: CivilPerson | None = None) -> Join:
    with transaction.atomic():
        return actions.join(
            number=number, other=other, register=register, by="staff:1", reason="cedula", text="", now=NOW
        )


def undo(joined: Join, *, added: Mapping[RowKey, bool] | None = None) -> Join:
    with transaction.atomic():
        return actions.undo(
            join_id=joined.pk, added=added or {}, by="staff:2", reason="mistake", text="Otra persona", now=NOW
        )
