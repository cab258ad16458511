"""Taking back what was filed: annulling it with a reason, or undoing it within a short time.

Nothing is deleted: a new revision takes the novedad out of force, or puts the one before in force again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from afilia.novedades import queries
from afilia.novedades.actions.filing import Filer, begin, end, of_token
from afilia.novedades.actions.registering import history_changed, lock_history
from afilia.novedades.models import Channel, Filing, FirstFiled, Novedad
from afilia.novedades.queries import Hangs
from afilia.novedades.rules.annulling import UNDONE, may_undo


class NotInForceError(Exception):
    """The novedad was corrected or annulled since."""


class BlockedError(Exception):
    """Something that is in force hangs on the novedad, and has to be annulled first."""

    def __init__(self, hangs: Hangs) -> None:
        super().__init__(f"{len(hangs.blocking)} novedades, {len(hangs.employments)} employments")
        self.hangs = hangs


class TooLateError(Exception):
    """The time in which a filing can be undone is over."""


@transaction.atomic
def annul(
    *,
    filer: Filer,
    filing_id: int,
    line: int,
    reason: str,
    explanation: str,
    now: datetime,
    token: UUID | None,
) -> Filing:
    """Take a novedad out of force, and with it what follows it by rule.

    A form whose `token` was filed gives the filing that there is. Raises Novedad.DoesNotExist,
    NotInForceError, BlockedError.
    """
    lock_history(filer.employer)
    if filed := of_token(filer.employer, token=token):
        return filed
    novedad = queries.novedad(filer.employer, filing_id=filing_id, line=line, allowed=filer.branches)
    if not queries.is_in_force(novedad):
        raise NotInForceError
    hangs = queries.hangs_on(novedad)
    if hangs.blocks:
        raise BlockedError(hangs)
    filing = begin(
        filer, channel=Channel.FORM, filed_at=now, token=token, reason=reason, explanation=explanation
    )
    supersede(filing, changes=[(row, None) for row in (novedad, *hangs.following)])
    end(filing, filer=filer, event="novedad.annulled", novedad=novedad.kind, following=len(hangs.following))
    return filing


@transaction.atomic
def undo(*, filer: Filer, filing_id: int, now: datetime, within: timedelta) -> Filing:
    """Take back all that a form filed: what was in force before it is so again.

    Undone twice, it is undone once. Raises Filing.DoesNotExist, TooLateError, NotInForceError, BlockedError.
    """
    lock_history(filer.employer)
    undone = queries.filing(filer.employer, filing_id=filing_id, allowed=filer.branches)
    rows = [*queries.novedades_of(undone)]
    after = [queries.revision(row, row.revision + 1) for row in rows]
    if all(after) and (again := after[0]) and again.filing.reason == UNDONE:
        return again.filing
    if undone.channel != Channel.FORM or undone.reason == UNDONE or any(after):
        raise NotInForceError
    if not may_undo(filed_at=undone.filed_at, now=now, within=within):
        raise TooLateError
    before = [(row, queries.revision(row, row.revision - 1)) for row in rows]
    changes = [(row, old if old and not old.annulled else None) for row, old in before]
    following: list[Novedad] = []
    for row, old in changes:
        hangs = queries.hangs_on(row) if old is None and not row.annulled else queries.stands_in_way(row, old)
        hangs = hangs.without(rows)
        if hangs.blocks:
            raise BlockedError(hangs)
        following += hangs.following
    filing = begin(filer, channel=Channel.FORM, filed_at=now, token=None, reason=UNDONE, explanation="")
    supersede(filing, changes=[*changes, *((row, None) for row in following)])
    end(filing, filer=filer, event="novedad.undone", undone=undone.pk, novedades=len(rows))
    return filing


def supersede(filing: Filing, *, changes: Sequence[tuple[Novedad, Novedad | None]]) -> None:
    """Add the next revision of some novedades: it repeats another row, or annuls where that is None."""
    Novedad.objects.bulk_create(
        Novedad(
            filing=filing,
            line=line,
            employment_id=row.employment_id,
            kind=row.kind,
            period=row.period,
            subject=row.subject,
            revision=row.revision + 1,
            amount=again.amount if again else None,
            due_on=again.due_on if again else row.due_on,
            details=again.details if again else None,
            annulled=again is None,
        )
        for line, (row, again) in enumerate(changes, 1)
    )
    FirstFiled.objects.bulk_create(
        FirstFiled(filing=filing, line=line, on_date=queries.first_filed_on(again))
        for line, (_row, again) in enumerate(changes, 1)
        if again
    )
    with connection.cursor() as cursor:
        for statement in SETTLE:
            cursor.execute(statement, [filing.pk])
    history_changed(filing.employer)


# What employments keep of their entries and exits. In this order no two are active in a branch at any moment.
SETTLE = (
    "UPDATE workers_employment e SET annulled = true FROM novedades_novedad v "
    "WHERE v.filing_id = %s AND v.kind = 'ENT' AND v.annulled AND v.employment_id = e.id "
    "AND NOT EXISTS (SELECT FROM novedades_earlieremployment k WHERE k.employment_id = e.id)",
    "UPDATE workers_employment e SET entry_pay = k.entry_pay FROM novedades_novedad v "
    "JOIN novedades_earlieremployment k ON k.employment_id = v.employment_id "
    "WHERE v.filing_id = %s AND v.kind = 'ENT' AND v.annulled AND v.employment_id = e.id",
    "UPDATE workers_employment e SET left_on = (v.details ->> 'fecha_salida')::date FROM novedades_novedad v "
    "WHERE v.filing_id = %s AND v.kind = 'SAL' AND v.employment_id = e.id",
    "UPDATE workers_employment e SET annulled = false, entry_pay = v.amount FROM novedades_novedad v "
    "WHERE v.filing_id = %s AND v.kind = 'ENT' AND NOT v.annulled AND v.employment_id = e.id",
)
