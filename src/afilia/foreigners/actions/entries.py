"""«Start today»: an entry filed before the worker has a code, until it is registered or comes to nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.employers.models import Branch
from afilia.foreigners.actions import telling
from afilia.foreigners.models import CodeRequest, ProvisionalEntry
from afilia.foreigners.queries import entries as queries
from afilia.foreigners.queries.requests import locked
from afilia.foreigners.rules.states import LIVE, EntryState
from afilia.foreigners.texts import PROCEDURE
from afilia.novedades import actions as novedades
from afilia.novedades import single
from afilia.staff.rules import Staff

ENTRY = "ENT"
ONCE = "one_open_entry_a_branch"


class NotFiledError(Exception):
    """An entry is not taken: provisional entries are off, or the request is over."""


class FaultyError(Exception):
    """The values of an entry have errors; `judged` says which."""

    def __init__(self, judged: single.Judged) -> None:
        super().__init__(", ".join(found.code for found in judged.errors))
        self.judged = judged


def judge(
    *, request: CodeRequest, values: Mapping[str, str], allowed: frozenset[str] | None, now: datetime
) -> single.Judged:
    """What filing the entry would come to for somebody whom nobody knows: the rules of a line of a batch."""
    return single.judge_one(
        employer=request.employer,
        allowed=allowed,
        novedad=ENTRY,
        values={**values, "identificacion": queries.nobody()},
        context=settings.POLICY.context(timezone.localdate(now)),
        ask_register=False,
    )


def file(
    *,
    request: CodeRequest,
    branch: Branch,
    values: Mapping[str, str],
    allowed: frozenset[str] | None,
    by_number: str,
    actor: str,
    now: datetime,
) -> ProvisionalEntry:
    """Keep an entry that counts as filed now; filed twice for a branch, there is the first.

    `values` are the fields of the layout by name, but for the worker's number. Raises NotFiledError,
    FaultyError.
    """
    if not settings.FOREIGNERS.provisional_days:
        raise NotFiledError
    judged = judge(request=request, values=values, allowed=allowed, now=now)
    if judged.errors:
        raise FaultyError(judged)
    with transaction.atomic():
        row = locked(request.pk)
        if row.state not in LIVE:
            raise NotFiledError
        today = timezone.localdate(now)
        entry = ProvisionalEntry(
            request=row,
            branch=branch,
            values=dict(values),
            entered_on=queries.entered_on(values),
            filed_at=now,
            by_number=by_number,
            complete_by=today + timedelta(days=settings.FOREIGNERS.provisional_days),
        )
        try:
            with transaction.atomic():
                entry.save()
        except IntegrityError as error:
            if ONCE not in str(error):
                raise
            return queries.open_of(row).get(branch=branch)
        telling.entry_filed(entry, now=now)
        _record("filed", entry, actor=actor, now=now)
    return entry


@transaction.atomic
def withdraw(*, entry: ProvisionalEntry, actor: str, now: datetime) -> bool:
    """End an entry that is not registered; False when it was over already."""
    locked(entry.request_id)
    row = ProvisionalEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
    if row.state != EntryState.OPEN:
        return False
    _end(row, EntryState.WITHDRAWN, now=now)
    _record("withdrawn", row, actor=actor, now=now)
    return True


def make_definite(*, request: CodeRequest, number: str, now: datetime) -> list[ProvisionalEntry]:
    """Register the open entries of a request whose code was issued, as filed on their day.

    In the caller's transaction, which holds the request and the employer's history. An entry that the
    rules refuse now keeps its day, says why and is shown to both sides; the code is issued all the same.
    """
    entries = list(queries.open_of(request).select_for_update(of=("self",)))
    for entry in entries:
        try:
            with transaction.atomic():
                filing = novedades.file_one(
                    employer=request.employer,
                    allowed=None,
                    by_number=entry.by_number,
                    actor="system",
                    novedad=ENTRY,
                    values={**entry.values, "identificacion": number},
                    filed_at=entry.filed_at,
                )
        except novedades.RefusedError as refused:
            entry.findings = [found.code for found in refused.judged.errors] or [refused.judged.outcome.value]
            entry.save(update_fields=["findings"])
            telling.entry_not_definite(entry, now=now)
            continue
        entry.filing = filing
        _end(entry, EntryState.DEFINITE, now=now)
        telling.entry_definite(entry, now=now)
        _record("definite", entry, actor="system", now=now)
    return entries


def lapse(*, request: CodeRequest, now: datetime) -> None:
    """End the open entries of a request that ended without a code; in the caller's transaction."""
    for entry in queries.open_of(request).select_for_update(of=("self",)):
        _end(entry, EntryState.LAPSED, now=now)
        telling.entry_lapsed(entry, now=now)
        _record("lapsed", entry, actor="system", now=now)


@transaction.atomic
def record_look(*, shown: int, by: Staff, now: datetime) -> None:
    """Write down that an official read the list of entries that wait."""
    audit.record(
        "foreigners.entries-looked-at",
        actor=by.actor,
        subject=f"office:{by.office_id}",
        at=now,
        facts={"procedure": PROCEDURE, "shown": shown},
    )


def remind(*, now: datetime) -> None:
    """Tell the employers, once, of the entries that were not completed in time."""
    for pk in queries.overdue(on=timezone.localdate(now)):
        with transaction.atomic():
            entry = queries.for_reminder(pk)
            if entry is not None:
                entry.reminded_at = now
                entry.save(update_fields=["reminded_at"])
                telling.entry_due(entry, now=now)
                _record("overdue", entry, actor="system", now=now)


def _end(entry: ProvisionalEntry, state: EntryState, *, now: datetime) -> None:
    entry.state, entry.ended_at = state, now
    entry.save(update_fields=["state", "ended_at", "filing"])


def _record(event: str, entry: ProvisionalEntry, *, actor: str, now: datetime) -> None:
    audit.record(
        f"foreigners.entry-{event}",
        actor=actor,
        subject=f"provisional-entry:{entry.pk}",
        at=now,
        facts={"procedure": PROCEDURE, "request": entry.request_id},
    )
