"""What officials do with a request at a counter: open it, issue the code, send it back, refuse it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from afilia.audit import actions as audit
from afilia.audit.rules import Fact
from afilia.foreigners.actions import entries, sut, telling
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import deciding as queries
from afilia.foreigners.queries.requests import document_of, locked
from afilia.foreigners.rules import deciding
from afilia.foreigners.rules.deciding import Arrival, Compared, Refusal
from afilia.foreigners.rules.states import LIVE, State, SutState
from afilia.foreigners.texts import PROCEDURE
from afilia.kit import queue
from afilia.novedades.actions import lock_history
from afilia.procedures.rules import ReasonKind
from afilia.staff.rules import Staff
from afilia.workers import actions as workers


class RefusedError(Exception):
    """Nothing was done; `number` is that of who has one already."""

    def __init__(self, reason: Refusal, *, number: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.number = reason, number


@dataclass(frozen=True, kw_only=True)
class Received:
    """How who comes was received, and the visit, of `attendance`."""

    arrival: Arrival
    visit: UUID | None = None


@transaction.atomic
def open_here(*, request: CodeRequest, received: Received, by: Staff, now: datetime) -> CodeRequest:
    """Bring a request to the official's office, where its papers lie; one that is over stays where it was.

    Raises RefusedError(MOVED) for one that was decided at another office.
    """
    row = locked(request.pk)
    if row.state not in LIVE:
        if row.office_id != by.office_id:
            raise RefusedError(Refusal.MOVED)
        return row
    before = row.office_id
    row.opened_at = row.opened_at or now
    row.office_id, row.visit = by.office_id, received.visit or row.visit
    row.save(update_fields=["opened_at", "office", "visit"])
    _record("opened", row, by=by, now=now, before=before or 0, visit=str(row.visit or ""))
    return row


def ask_sut(*, request: CodeRequest, now: datetime) -> CodeRequest:
    """Ask the register of contracts again, where it had no equal answer. Not in a transaction."""
    if request.state not in LIVE or request.sut_state in {SutState.EQUAL, SutState.NOT_ASKED}:
        return request
    return sut.ask_again(request=request, now=now)


def issue(
    *,
    request: CodeRequest,
    compared: Compared,
    received: Callable[[CodeRequest], Received],
    by: Staff,
    now: datetime,
) -> CodeRequest:
    """Give the foreigner a code: once, whoever else does it at the same moment. The sheet follows by a job.

    `received` says how who comes was received. The register of contracts is asked first, where it had not
    answered. Raises RefusedError.
    """
    ask_sut(request=request, now=now)
    with transaction.atomic():
        lock_history(request.employer)  # before the request and the series of codes, as all do
        row = locked(request.pk)
        came = received(row)
        standing = queries.standing(row, office_id=by.office_id, arrival=came.arrival, now=now)
        if reason := deciding.refusal(standing, compared):
            raise RefusedError(reason)
        try:
            code = workers.issue_code(
                names=row.names,
                birth_on=row.birth_on,
                document=document_of(row),
                prefix=settings.POLICY.foreigner_prefixes[0],
                now=now,
            )
        except workers.HasCodeError as error:
            raise RefusedError(Refusal.HAS_CODE, number=error.number) from None
        row.code, row.reason, row.text = code, "", ""
        row.seen = {item.slug: item.documents[0] for item in standing.items}
        _decide(row, State.ISSUED, by=by, now=now, visit=came.visit)
        entries.make_definite(request=row, number=code.number, now=now)
        queue.defer("foreigners.make_sheet", request_id=row.pk)
        telling.tell(row.employer, template="issued", now=now, request=row, office=row.office)
        _record(
            "code-issued",
            row,
            by=by,
            now=now,
            outcome="issued",
            who_comes=row.who_comes,
            arrival=came.arrival,
            visit=str(came.visit or ""),
            sut=row.sut_state,
            doubles=standing.has_doubles,
            series=settings.POLICY.foreigner_prefixes[0],
        )
    return row


def ask_correction(
    *, request: CodeRequest, revision: int, reason: str, text: str, by: Staff, now: datetime
) -> CodeRequest:
    """Send a request back to the employer, who mends it and comes again. Raises like `refuse`."""
    _known(ReasonKind.CORRECTION, reason)
    with transaction.atomic():
        row = _open(request, revision=revision, by=by)
        row.reason, row.text = reason, text
        _decide(row, State.CORRECTION, by=by, now=now)
        telling.tell(
            row.employer,
            template="correction",
            now=now,
            request=row,
            office=row.office,
            reason=queries.reason(reason).text.es,
        )
        _record("correction-asked", row, by=by, now=now, outcome="correction", reason=reason)
    return row


def refuse(
    *, request: CodeRequest, revision: int, reason: str, text: str, by: Staff, now: datetime
) -> CodeRequest:
    """End a request without a code, and tell the employer.

    `reason` is a slug of the procedure's; KeyError for another. Raises RefusedError.
    """
    _known(ReasonKind.REFUSAL, reason)
    with transaction.atomic():
        row = _open(request, revision=revision, by=by)
        row.reason, row.text = reason, text
        _decide(row, State.REFUSED, by=by, now=now)
        entries.lapse(request=row, now=now)
        telling.tell(
            row.employer,
            template="refused",
            now=now,
            request=row,
            office=row.office,
            reason=queries.reason(reason).text.es,
        )
        _record("request-refused", row, by=by, now=now, outcome="refused", reason=reason)
    return row


@transaction.atomic
def record_look(*, request: CodeRequest, by: Staff, now: datetime) -> None:
    """Write down that an official read a request."""
    _record("looked-at", request, by=by, now=now)


@transaction.atomic
def record_search(*, found: bool, by: Staff, now: datetime) -> None:
    """Write down that an official typed or read the number of a request."""
    audit.record(
        "foreigners.searched",
        actor=by.actor,
        subject=f"office:{by.office_id}",
        at=now,
        facts={"found": found, "procedure": PROCEDURE},
    )


@transaction.atomic
def record_print(*, request: CodeRequest, by: Staff, now: datetime) -> int:
    """Count that the sheet was opened to be printed; how many times with this one."""
    row = locked(request.pk)
    row.printed += 1
    row.save(update_fields=["printed"])
    _record("sheet-printed", row, by=by, now=now, times=row.printed)
    return row.printed


def _known(kind: ReasonKind, reason: str) -> None:
    if reason not in {one.slug for one in queries.reasons_for(kind)}:
        raise KeyError(reason)


def _open(request: CodeRequest, *, revision: int, by: Staff) -> CodeRequest:
    """The request, locked, where this official may decide about what they read."""
    row = locked(request.pk)
    if row.state not in LIVE:
        raise RefusedError(Refusal.OVER)
    if row.office_id != by.office_id:
        raise RefusedError(Refusal.MOVED)
    if row.revision != revision:
        raise RefusedError(Refusal.CHANGED)
    return row


def _decide(row: CodeRequest, state: State, *, by: Staff, now: datetime, visit: UUID | None = None) -> None:
    row.state, row.by_id, row.decided_at = state, by.id, now
    row.visit = visit or row.visit
    row.ended_at = None if state in LIVE else now
    row.save()


def _record(event: str, row: CodeRequest, *, by: Staff, now: datetime, **facts: Fact) -> None:
    audit.record(
        f"foreigners.{event}",
        actor=by.actor,
        subject=f"code-request:{row.pk}",
        at=now,
        facts={
            "procedure": PROCEDURE,
            "channel": "counter",
            "office": row.office.code if row.office else "",
            "province": row.office.province if row.office else "",
            "employer": row.employer_id,
            **facts,
        },
    )
