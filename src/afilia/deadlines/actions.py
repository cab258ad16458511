import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction

from afilia.access.queries import Holder
from afilia.audit import actions as audit
from afilia.deadlines import queries
from afilia.deadlines.catalogue import contributions
from afilia.deadlines.models import Feed, Silence, Warned
from afilia.deadlines.rules import Due, Kind, When, dues, warnings_on
from afilia.employers.models import Employer
from afilia.notices import actions as notices
from afilia.novedades.rules.layouts import Context

TOKEN_BYTES = 20


@transaction.atomic
def make_feed(*, holder: Holder, now: datetime) -> str:
    """Give a person a new link to the calendar of an employer, shown this once; the one before ends."""
    token = secrets.token_hex(TOKEN_BYTES)
    Feed.objects.update_or_create(
        employer=holder.employer,
        number=holder.number,
        defaults={"digest": queries.digest(token), "made_at": now},
    )
    _record("deadlines.feed-made", holder, now)
    return token


@transaction.atomic
def end_feed(*, holder: Holder, now: datetime) -> None:
    deleted, _each = Feed.objects.filter(employer=holder.employer, number=holder.number).delete()
    if deleted:
        _record("deadlines.feed-ended", holder, now)


@transaction.atomic
def set_warnings(*, holder: Holder, wanted: bool, now: datetime) -> None:
    """Say whether an employer wants warnings by e-mail."""
    if wanted:
        Silence.objects.filter(employer=holder.employer).delete()
    else:
        Silence.objects.get_or_create(employer=holder.employer, defaults={"since": now})
    _record("deadlines.warnings-on" if wanted else "deadlines.warnings-off", holder, now)


def _record(event: str, holder: Holder, now: datetime) -> None:
    audit.record(event, actor=holder.actor, subject=f"employer:{holder.employer.pk}", at=now)


def warn(*, context: Context, now: datetime) -> None:
    """Post the warnings that are right for today, each once for each employer."""
    for due in dues(context, contributions(), months_back=2):
        moment = warnings_on(
            context.today, due, before=settings.WARN_DAYS_BEFORE, after=settings.WARN_DAYS_AFTER
        )
        if moment:
            for employer in queries.to_warn(due, moment, today=context.today).iterator(chunk_size=500):
                _warn(employer, due, moment, context=context, now=now)


@transaction.atomic
def _warn(employer: Employer, due: Due, moment: When, *, context: Context, now: datetime) -> None:
    Employer.objects.select_for_update(no_key=True).get(pk=employer.pk)
    if Warned.objects.filter(employer=employer, kind=due.kind, month=due.month, moment=moment).exists():
        return
    found = queries.open_for_employer(employer, today=context.today)
    if moment is When.AFTER and not found.is_anything:
        return  # nothing is known to be late
    Warned.objects.create(employer=employer, kind=due.kind, month=due.month, moment=moment, at=now)
    notices.post(
        to=employer.email,
        template=f"deadlines/mail/{moment}.txt",
        facts={
            "ruc": employer.ruc,
            "month": due.month,
            "on": due.on,
            "contributions": due.kind is Kind.CONTRIBUTIONS,
            "source": due.source,
            "working_days": context.working_days and due.kind is Kind.NOVEDADES,
            "unconfirmed": found.unconfirmed,
            "late": found.late,
        },
        now=now,
    )
