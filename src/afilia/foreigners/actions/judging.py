"""What the legal unit of a province does with notarial powers."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from afilia.audit import actions as audit
from afilia.audit.rules import Fact
from afilia.foreigners.actions import telling
from afilia.foreigners.models import Power
from afilia.foreigners.queries import judging as queries
from afilia.foreigners.rules.states import PowerState
from afilia.foreigners.texts import PROCEDURE, powers
from afilia.staff.rules import Staff


class JudgedError(Exception):
    """Another official judged the power meanwhile. Nothing was done."""


@transaction.atomic
def validate(
    *, power_id: UUID, valid_from: date, valid_until: date | None, scope: str, by: Staff, now: datetime
) -> Power:
    """Find a power good for `scope`, from and until days that both count; None: until it is revoked.

    Raises JudgedError, Power.DoesNotExist where it is another province's, KeyError for an unknown scope.
    """
    powers().scopes[scope]
    power = _to_judge(power_id, by=by)
    power.valid_from, power.valid_until, power.scope = valid_from, valid_until, scope
    _judge(power, PowerState.VALIDATED, by=by, now=now)
    telling.tell(power.employer, template="power_validated", now=now, power=power)
    _record("power-validated", power, by=by, now=now, outcome="validated", scope=scope)
    return power


@transaction.atomic
def refuse(*, power_id: UUID, reason: str, text: str, by: Staff, now: datetime) -> Power:
    """Refuse a power, and tell the employer. Raises like `validate`, KeyError for an unknown reason."""
    said = powers().refusals[reason]
    power = _to_judge(power_id, by=by)
    power.reason, power.text = reason, text
    _judge(power, PowerState.REFUSED, by=by, now=now)
    telling.tell(power.employer, template="power_refused", now=now, power=power, reason=said.es)
    _record("power-refused", power, by=by, now=now, outcome="refused", reason=reason)
    return power


@transaction.atomic
def record_look(*, power: Power, what: str, by: Staff, now: datetime) -> None:
    """Write down that an official read a power, or opened a page of it."""
    _record("power-looked-at", power, by=by, now=now, what=what)


def _to_judge(power_id: UUID, *, by: Staff) -> Power:
    power = queries.for_legal(by).select_for_update(of=("self",)).get(pk=power_id)
    if power.state != PowerState.SUBMITTED:
        raise JudgedError
    return power


def _judge(power: Power, state: PowerState, *, by: Staff, now: datetime) -> None:
    power.state, power.checked_by_id, power.checked_at = state, by.id, now
    power.save()


def _record(event: str, power: Power, *, by: Staff, now: datetime, **facts: Fact) -> None:
    audit.record(
        f"foreigners.{event}",
        actor=by.actor,
        subject=f"power:{power.pk}",
        at=now,
        facts={
            "procedure": PROCEDURE,
            "province": power.province,
            "employer": power.employer_id,
            **facts,
        },
    )
