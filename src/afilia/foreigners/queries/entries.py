"""Provisional entries: of a request, or all that are due."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from afilia.employers.models import Branch, Employer
from afilia.foreigners.models import CodeRequest, ProvisionalEntry
from afilia.foreigners.rules.states import EntryState

AT_ONCE = 500  # mails of one round


def nobody() -> str:
    """A foreigner code that is nobody's, in the place of one that is not issued yet."""
    prefix: str = settings.POLICY.foreigner_prefixes[0]
    return prefix.ljust(10, "0")


def for_request(request: CodeRequest) -> QuerySet[ProvisionalEntry]:
    return request.entries.select_related("branch", "filing", "request__employer").order_by("pk")


def open_of(request: CodeRequest) -> QuerySet[ProvisionalEntry]:
    return for_request(request).filter(state=EntryState.OPEN)


def waiting_for_employer(
    employer: Employer, *, by_number: str | None, on: date
) -> QuerySet[ProvisionalEntry]:
    """The entries of an employer that need somebody; with `by_number` those that this person filed."""
    found = _waiting(on).filter(request__employer=employer)
    return found if by_number is None else found.filter(by_number=by_number)


def waiting_for_province(province: str, *, on: date) -> QuerySet[ProvisionalEntry]:
    """The same for the officials of a province, all for none: of its offices, or of employers from there.

    An employer of whom no province is known is everybody's while no office has opened the request.
    """
    unopened = Q(request__office=None, request__employer__province__in={province, ""})
    return _waiting(on).filter(unopened | Q(request__office__province=province)) if province else _waiting(on)


def branches(employer: Employer, *, numbers: Collection[str] | None) -> list[Branch]:
    """The open branches of an employer, or those with `numbers` alone."""
    found = employer.branches.filter(closed_on=None).order_by("number")
    return list(found if numbers is None else found.filter(number__in=numbers))


def overdue(*, on: date) -> list[int]:
    """The open entries that should be complete before that day and of which nobody was told."""
    rows = ProvisionalEntry.objects.filter(state=EntryState.OPEN, complete_by__lt=on, reminded_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def for_reminder(pk: int) -> ProvisionalEntry | None:
    """The entry, locked, while it is open and nobody was told of it."""
    rows = ProvisionalEntry.objects.select_related("request__employer").select_for_update(of=("self",))
    return rows.filter(pk=pk, state=EntryState.OPEN, reminded_at=None).first()


def entered_on(values: Mapping[str, str]) -> date:
    """The first day of work in the fields of an entry."""
    return datetime.strptime(values["fecha_ingreso"], "%Y%m%d").date()  # noqa: DTZ007  a day, no moment


def _waiting(on: date) -> QuerySet[ProvisionalEntry]:
    """The open entries that were not completed in time, or that the rules refused with the code."""
    found = ProvisionalEntry.objects.select_related("request__employer", "branch").filter(
        Q(complete_by__lt=on) | Q(findings__len__gt=0), state=EntryState.OPEN
    )
    return found.order_by("complete_by", "pk")
