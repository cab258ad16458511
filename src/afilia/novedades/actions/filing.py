"""Filing by a form: one novedad, or a few that belong together under one receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.employers.models import Employer
from afilia.kit import queue
from afilia.novedades import single
from afilia.novedades.actions.registering import lock_history, write
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.novedades.rules.layouts import Context
from afilia.novedades.rules.plan import Outcome

PROCEDURE = "aviso-entrada-salida"  # slug of the catalogue


class RefusedError(Exception):
    """A novedad cannot be filed: it has errors, or is a correction that was not meant."""

    def __init__(self, judged: single.Judged) -> None:
        super().__init__(", ".join(found.code for found in judged.errors) or judged.outcome)
        self.judged = judged


@dataclass(frozen=True, kw_only=True)
class Filer:
    """Who files, for whom, and for which branches; `branches` None is all of them."""

    employer: Employer
    branches: frozenset[str] | None
    by_number: str
    actor: str  # as the ledger names them


@dataclass(frozen=True, kw_only=True)
class Step:
    """One novedad of a filing; `values` as single.judge_one reads them."""

    novedad: str
    values: Mapping[str, str]


def file_one(
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    by_number: str,
    actor: str,
    novedad: str,
    values: Mapping[str, str],
    filed_at: datetime,
    channel: Channel = Channel.FORM,
    corrections_meant: bool = False,
    token: UUID | None = None,
    reason: str = "",
    explanation: str = "",
) -> Filing:
    """File one novedad (as single.judge_one reads it), and give the filing that holds it.

    What is registered already with the same content, and a form whose `token` was filed, give the filing
    that there is. `filed_at` says as of which day it is judged. Within a transaction the register of
    identities is not asked. Raises RefusedError.
    """
    filer = Filer(employer=employer, branches=allowed, by_number=by_number, actor=actor)
    while True:
        version = Employer.objects.values_list("history_version", flat=True).get(pk=employer.pk)
        with (
            single.planned(
                employer=employer,
                allowed=allowed,
                novedad=novedad,
                values=values,
                context=_context(filed_at),
                ask_register=not connection.in_atomic_block,
            ) as (judged, folder),
            transaction.atomic(),
        ):
            if lock_history(employer) != version:
                continue
            if (filed := of_token(employer, token=token) or _unchanged(judged)) is not None:
                return filed
            _refuse(judged, corrections_meant=corrections_meant)
            filing = begin(
                filer,
                channel=channel,
                filed_at=filed_at,
                token=token,
                reason=reason,
                explanation=explanation,
            )
            write(
                filing,
                folder=folder,
                layout=judged.layout,
                corrections_meant=corrections_meant,
                count=1,
                foreigner_prefixes=settings.POLICY.foreigner_prefixes,
            )
            end(filing, filer=filer, event="novedad.filed", novedad=novedad, outcome=judged.outcome.value)
            return filing


@transaction.atomic
def file_together(
    *,
    filer: Filer,
    steps: Sequence[Step],
    filed_at: datetime,
    token: UUID | None,
    reason: str,
    explanation: str = "",
) -> Filing:
    """File some new novedades that belong together, all or none: each is judged after those before it.

    A form whose `token` was filed gives the filing that there is. The register of identities is not asked.
    Raises RefusedError for the first one that cannot be filed.
    """
    lock_history(filer.employer)
    if filed := of_token(filer.employer, token=token):
        return filed
    filing = begin(
        filer, channel=Channel.FORM, filed_at=filed_at, token=token, reason=reason, explanation=explanation
    )
    for judged in register_steps(filing, filer=filer, steps=steps):
        if judged.outcome is not Outcome.NEW:
            raise RefusedError(judged)
    novedades = " ".join(step.novedad for step in steps)
    end(filing, filer=filer, event="novedad.filed", novedad=novedades, outcome=Outcome.NEW.value)
    return filing


@transaction.atomic
def judge_together(*, filer: Filer, steps: Sequence[Step], now: datetime) -> list[single.Judged]:
    """Say what filing some novedades together would come to, as far as the first that is refused.

    They are filed and taken back: only so each is judged after those before it.
    """
    lock_history(filer.employer)
    filing = begin(filer, channel=Channel.FORM, filed_at=now, token=None, reason="", explanation="")
    found = register_steps(filing, filer=filer, steps=steps)
    transaction.set_rollback(True)
    return found


def register_steps(
    filing: Filing, *, filer: Filer, steps: Sequence[Step], first: int = 1
) -> list[single.Judged]:
    """Register the steps as lines from `first` on, up to the first that is not new."""
    found: list[single.Judged] = []
    for line, step in enumerate(steps, first):
        with single.planned(
            employer=filer.employer,
            allowed=filer.branches,
            novedad=step.novedad,
            values=step.values,
            context=_context(filing.filed_at),
            ask_register=False,
            line=line,
        ) as (judged, folder):
            found.append(judged)
            if judged.outcome is not Outcome.NEW:
                return found
            write(
                filing,
                folder=folder,
                layout=judged.layout,
                corrections_meant=False,
                count=1,
                foreigner_prefixes=settings.POLICY.foreigner_prefixes,
            )
    return found


def begin(
    filer: Filer, *, channel: Channel, filed_at: datetime, token: UUID | None, reason: str, explanation: str
) -> Filing:
    """A filing without novedades yet."""
    return Filing.objects.create(
        employer=filer.employer,
        channel=channel,
        by_number=filer.by_number,
        filed_at=filed_at,
        token=token,
        reason=reason,
        explanation=explanation,
    )


def end(filing: Filing, *, filer: Filer, event: str, **facts: str | int) -> None:
    """Ask for the receipt of a filing that is whole, and tell the ledger of it."""
    queue.defer("novedades.receipt", filing_id=filing.pk)
    audit.record(
        event,
        actor=filer.actor,
        subject=f"filing:{filing.pk}",
        at=filing.filed_at,
        facts={"procedure": PROCEDURE, "channel": filing.channel, "reason": filing.reason, **facts},
    )


def of_token(employer: Employer, *, token: UUID | None) -> Filing | None:
    """The filing of a form that was sent before."""
    return Filing.objects.filter(employer=employer, token=token).first() if token else None


def _unchanged(judged: single.Judged) -> Filing | None:
    """The filing of the novedad that is in force with the same content."""
    if judged.outcome is not Outcome.UNCHANGED or judged.revision is None:
        return None
    return (
        Novedad.objects.select_related("filing")
        .get(
            employment=judged.employment_id,
            kind=judged.layout.type,
            subject=judged.subject,
            revision=judged.revision - 1,
        )
        .filing
    )


def _refuse(judged: single.Judged, *, corrections_meant: bool) -> None:
    refused = judged.outcome is Outcome.REJECTED
    if refused or (judged.outcome is Outcome.CORRECTION and not corrections_meant):
        raise RefusedError(judged)


def _context(at: datetime) -> Context:
    made: Context = settings.POLICY.context(timezone.localdate(at))
    return made
