"""Notarial powers, as the employer hands them in; the legal unit judges them at its desk."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from afilia.audit import actions as audit
from afilia.documents import actions as documents
from afilia.employers.models import Employer
from afilia.employers.rules import Document
from afilia.foreigners.actions import telling
from afilia.foreigners.models import Power
from afilia.foreigners.texts import PROCEDURE
from afilia.procedures.catalogue import load
from afilia.procedures.rules import MAX_BYTES, Channel, Option

POWER = "poder-notarial"  # the requirement of the procedure
WAITING = 20  # powers of an employer that may wait for the legal unit


class TooManyError(Exception):
    """The legal unit has enough powers of this employer to judge."""


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What a power says: to whom, before whom, for what and for how long (days included)."""

    document: Document
    number: str
    names: str
    country: str
    notary: str
    deed: str
    granted_on: date
    valid_from: date
    valid_until: date | None
    scope: str
    province: str


def option() -> Option | None:
    """The document as the procedure asks for it."""
    way = load().procedures[PROCEDURE].way(Channel.COUNTER)
    asked = next((one for one in way.requirements if one.slug == POWER), None) if way else None
    return asked.options[0] if asked else None


def submit(
    *,
    employer: Employer,
    granted: Granted,
    chunks: Iterable[bytes],
    name: str,
    by_number: str,
    actor: str,
    now: datetime,
) -> Power:
    """Hand in a power for the legal unit of a province.

    Raises TooManyError, and what documents.prepare and documents.keep do.
    """
    if employer.powers.filter(state="submitted").count() >= WAITING:
        raise TooManyError
    asked = option()
    prepared = documents.prepare(
        chunks=chunks,
        name=name,
        most=asked.max_bytes if asked else MAX_BYTES,
        accept=asked.formats if asked else (),
        now=now,
    )
    with transaction.atomic():
        file = documents.keep(prepared=prepared, actor=actor, now=now)
        power = Power.objects.create(
            employer=employer,
            document=granted.document.value,
            number=granted.number,
            country=granted.country,
            names=granted.names,
            notary=granted.notary,
            deed=granted.deed,
            granted_on=granted.granted_on,
            valid_from=granted.valid_from,
            valid_until=granted.valid_until,
            scope=granted.scope,
            province=granted.province,
            file=file,
            submitted_at=now,
            by_number=by_number,
        )
        telling.power_submitted(power, now=now)
        audit.record(
            "foreigners.power-submitted",
            actor=actor,
            subject=f"power:{power.pk}",
            at=now,
            facts={"procedure": PROCEDURE, "province": power.province},
        )
    return power
