from collections.abc import Mapping
from datetime import datetime

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from afilia.dependents import planning
from afilia.dependents.actions.registering import write
from afilia.dependents.models import WorkerEmail
from afilia.employers.models import Employer
from afilia.novedades.actions import StalePlanError, lock_history
from afilia.novedades.models import Channel, Filing
from afilia.novedades.rules.plan import Outcome


class RefusedError(Exception):
    """A registration was refused for the errors among `findings`; nothing was written."""

    def __init__(self, findings: pl.DataFrame) -> None:
        super().__init__(", ".join(findings["code"]))
        self.findings = findings


class Outdated(Exception):  # noqa: N818  it is no fault: somebody else was first
    """What is on record is not what the person saw; nothing was written."""


def file_one(
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    by_number: str,
    actor: str,
    values: Mapping[str, str],
    seen_revision: int | None,
    worker_email: str = "",
    now: datetime,
) -> Filing | None:
    """Register one line, judged as one of a file is; None when the very same is on record already.

    `values` are the fields of the layout by name; `seen_revision` is that of the registration that the person
    corrects, None for a new one. With `worker_email` the worker is told there from now on. Must be called
    outside a transaction: the register of identities is asked. Raises RefusedError, or Outdated.
    """
    context = settings.POLICY.context(timezone.localdate(now))
    line = planning.one(values, employer=employer, allowed=allowed, context=context)
    try:
        return _register(
            line,
            by_number=by_number,
            actor=actor,
            seen_revision=seen_revision,
            worker_email=worker_email,
            now=now,
        )
    except StalePlanError as error:
        refused = line.judge()[1].errors
        if refused.is_empty():
            raise
        raise RefusedError(refused) from error


@transaction.atomic
def _register(
    line: planning.One,
    *,
    by_number: str,
    actor: str,
    seen_revision: int | None,
    worker_email: str,
    now: datetime,
) -> Filing | None:
    lock_history(line.employer)
    planned, verdict = line.judge()
    if not verdict.errors.is_empty():
        raise RefusedError(verdict.errors)
    if verdict.line is None:
        raise ValueError("a line without errors has no verdict")
    if verdict.line["outcome"] == Outcome.UNCHANGED:
        return None
    on_record = verdict.line["revision"] - 1 if verdict.line["dependent_id"] is not None else None
    if on_record != seen_revision:
        raise Outdated
    if worker_email:
        WorkerEmail.objects.update_or_create(
            employer=line.employer,
            worker_id=verdict.line["worker_id"],
            defaults={"email": worker_email},
        )
    return write(
        [planned],
        employer=line.employer,
        by_number=by_number,
        channel=Channel.FORM,
        count=1,
        foreigner_prefixes=line.context.foreigner_prefixes,
        filed_at=now,
        actor=actor,
    )
