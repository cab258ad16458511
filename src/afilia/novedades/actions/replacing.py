"""Correcting what a novedad is about: it is annulled and filed again in one act, under one receipt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from afilia.novedades import queries, single
from afilia.novedades.actions.annulling import BlockedError, NotInForceError, supersede
from afilia.novedades.actions.filing import (
    Filer,
    RefusedError,
    Step,
    begin,
    end,
    of_token,
    register_steps,
)
from afilia.novedades.actions.registering import lock_history
from afilia.novedades.models import Channel, Filing, FirstFiled, Novedad
from afilia.novedades.rules.plan import Outcome


@dataclass(frozen=True, kw_only=True)
class Replacing:
    """The novedad that is replaced, by its filing and line, and what is filed in its place.

    `values` as single.judge_one reads them. An entry takes along all that hangs on it.
    """

    filing_id: int
    line: int
    values: Mapping[str, str]


@transaction.atomic
def replace_one(
    *, filer: Filer, what: Replacing, filed_at: datetime, token: UUID | None, reason: str, explanation: str
) -> Filing:
    """Replace a novedad; the first filing decides whether what takes its place is late.

    A form whose `token` was filed gives the filing that there is. Raises Novedad.DoesNotExist,
    NotInForceError, BlockedError, and RefusedError for the first one that cannot be filed.
    """
    lock_history(filer.employer)
    if filed := of_token(filer.employer, token=token):
        return filed
    filing = begin(
        filer, channel=Channel.FORM, filed_at=filed_at, token=token, reason=reason, explanation=explanation
    )
    found = _replace(filing, filer, what)
    for judged in found:
        if judged.outcome is not Outcome.NEW:
            raise RefusedError(judged)
    end(filing, filer=filer, event="novedad.filed", novedad=found[0].layout.type, outcome="replaced")
    return filing


@transaction.atomic
def judge_replacing(*, filer: Filer, what: Replacing, now: datetime) -> list[single.Judged]:
    """Say what replacing a novedad would come to, as far as the first that is refused; nothing is written.

    Raises Novedad.DoesNotExist, NotInForceError, BlockedError.
    """
    lock_history(filer.employer)
    filing = begin(filer, channel=Channel.FORM, filed_at=now, token=None, reason="", explanation="")
    found = _replace(filing, filer, what)
    transaction.set_rollback(True)
    return found


def _replace(filing: Filing, filer: Filer, what: Replacing) -> list[single.Judged]:
    old = queries.novedad(filer.employer, filing_id=what.filing_id, line=what.line, allowed=filer.branches)
    if not queries.is_in_force(old):
        raise NotInForceError
    hangs = queries.hangs_on(old)
    if hangs.employments:
        raise BlockedError(hangs)
    rows = [old, *(row for row in queries.in_force(old.employment) if row in hangs)]
    first = [queries.first_filed_on(row) for row in rows]
    supersede(filing, changes=[(row, None) for row in rows])
    steps = [Step(novedad=old.kind, values=what.values), *_along(filing, rows[1:], what)]
    found = register_steps(filing, filer=filer, steps=steps, first=len(rows) + 1)
    FirstFiled.objects.bulk_create(
        FirstFiled(filing=filing, line=line, on_date=day) for line, day in enumerate(first, len(rows) + 1)
    )
    return [_first_filed(one, day) for one, day in zip(found, first, strict=False)]


def _along(filing: Filing, rows: list[Novedad], what: Replacing) -> Iterator[Step]:
    """What hung on an entry, filed again for the employment that takes the place of the old one."""
    layouts = settings.POLICY.context(timezone.localdate(filing.filed_at)).catalogue.layouts
    for row in rows:
        record = single.record_of(row, layouts[row.kind], number=what.values["identificacion"])
        yield Step(novedad=row.kind, values={**record, "sucursal": what.values["sucursal"]})


def _first_filed(judged: single.Judged, day: date) -> single.Judged:
    """The same verdict with the lateness of what was filed on that day."""
    return replace(
        judged,
        findings=tuple(found for found in judged.findings if not found.code.startswith("deadline.")),
        days_late=single.days_late(judged.due_on, day),
    )
