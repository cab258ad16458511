"""A request from its preparation to the counter, by the employer's side."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from afilia.appointments.models import Appointment
from afilia.appointments.queries.finding import is_awaited
from afilia.audit import actions as audit
from afilia.employers.models import Employer
from afilia.foreigners.actions import entries, telling
from afilia.foreigners.actions.sut import Answer, ask
from afilia.foreigners.asking import Asked
from afilia.foreigners.errors import RefusedError
from afilia.foreigners.models import CodeRequest, Power
from afilia.foreigners.queries import requests as queries
from afilia.foreigners.references import digest_of, reference_of
from afilia.foreigners.rules.asking import Fault, Human, asks_for_themself
from afilia.foreigners.rules.states import LIVE, State, SutState
from afilia.foreigners.texts import PROCEDURE
from afilia.procedures.rules import WhoComes
from afilia.recovery.actions import is_active
from afilia.registries import civil
from afilia.registries.errors import RegisterDownError
from afilia.workers import queries as workers

LIVE_ONCE = "one_live_request_a_document"


def prepare(
    *,
    employer: Employer,
    asked: Asked,
    actor: str,
    by_number: str = "",
    appointment: Appointment | None = None,
    now: datetime,
) -> CodeRequest:
    """Keep a request that somebody may bring to a counter; the employer is told of it by mail.

    The same sent twice is prepared once. `by_number` is of who is signed in; else the request is prepared
    with an appointment. A SUT that does not answer hinders nothing: it is asked again.
    Raises RefusedError: OWN, HAS_CODE, LIVE, TAXPAYER, SRI_DOWN, SUT, NO_CONTRACT, POWER, APPOINTMENT.
    """
    answer = _checked(employer, asked, by_number=by_number)
    key = uuid4()
    with transaction.atomic():
        request = CodeRequest(
            key=key,
            digest=digest_of(reference_of(key)),
            employer=employer,
            applicant=employer.kind,
            prepared_by=by_number,
            prepared_at=now,
            changed_at=now,
            power=_power(employer, asked),
            **asked.fields(),
            **answer.fields(now=now),
        )
        if appointment:
            _check_appointment(request, appointment, now=now)
            request.appointment = appointment
        if (same := queries.live_twin(request)) and _says_the_same(same, request):
            return same
        _save(request)
        telling.prepared(request, now=now)
        _record("prepared", request, actor=actor, now=now)
    return request


def change(*, request: CodeRequest, asked: Asked, actor: str, revision: int, now: datetime) -> CodeRequest:
    """Write a live request anew, as after a correction that was asked for; papers printed before are old.

    `revision` is the one that was shown: of two tabs the second is told to look again. Raises RefusedError as
    `prepare`, and OVER.
    """
    answer = _checked(request.employer, asked, by_number=request.prepared_by)
    with transaction.atomic():
        row = _live(request)
        if row.revision != revision:
            raise RefusedError(Fault.OVER)
        for name, value in {**asked.fields(), **answer.fields(now=now)}.items():
            setattr(row, name, value)
        row.power = _power(row.employer, asked)
        row.state, row.revision, row.changed_at = State.PREPARED, row.revision + 1, now
        if row.appointment and not queries.is_for(row, row.appointment):
            row.appointment = None
        _save(row)
        _record("changed", row, actor=actor, now=now, revision=row.revision)
    return row


@transaction.atomic
def withdraw(*, request: CodeRequest, actor: str, now: datetime) -> bool:
    """End a live request; False when it was over already."""
    row = queries.locked(request.pk)
    if row.state not in LIVE:
        return False
    _end(row, State.WITHDRAWN, actor=actor, now=now)
    return True


def expire(*, now: datetime) -> None:
    """End the live requests that nobody changed for the days of the policy."""
    before = now - timedelta(days=settings.FOREIGNERS.request_days)
    for pk in queries.live_before(before):
        with transaction.atomic():
            row = queries.locked(pk)
            if row.state in LIVE and row.changed_at < before:
                telling.expired(row, now=now)
                _end(row, State.EXPIRED, actor="system", now=now)


def forget(*, now: datetime) -> None:
    """Forget the requests that came to nothing, after the days of the policy; the ledger still has them."""
    queries.came_to_nothing(now - timedelta(days=settings.FOREIGNERS.forget_days)).delete()


@transaction.atomic
def link(*, request: CodeRequest, appointment: Appointment, actor: str, now: datetime) -> CodeRequest:
    """Bring a request to an appointment of who comes. Raises RefusedError: OVER, APPOINTMENT."""
    row = _live(request)
    if row.appointment_id != appointment.pk:
        _check_appointment(row, appointment, now=now)
        row.appointment = appointment
        row.save(update_fields=["appointment"])
        _record("linked", row, actor=actor, now=now)
    return row


def _check_appointment(request: CodeRequest, appointment: Appointment, *, now: datetime) -> None:
    """Raise RefusedError(APPOINTMENT) unless it is ahead, for this procedure, in the name of who comes."""
    if not (
        appointment.procedure == PROCEDURE
        and is_awaited(appointment, now=now)
        and queries.is_for(request, appointment)
    ):
        raise RefusedError(Fault.APPOINTMENT)


def _checked(employer: Employer, asked: Asked, *, by_number: str) -> Answer:
    """What the registers say; raises RefusedError for what keeps a request from being prepared."""
    foreigner = Human(numbers=frozenset({asked.document.number}), names=asked.names, birth_on=asked.birth_on)
    if asks_for_themself(foreigner, _acting(asked, by_number=by_number)):
        raise RefusedError(Fault.OWN)
    if workers.document_of(asked.document):
        raise RefusedError(Fault.HAS_CODE)
    try:
        if not is_active(employer.ruc):
            raise RefusedError(Fault.TAXPAYER)
    except RegisterDownError:
        raise RefusedError(Fault.SRI_DOWN) from None
    answer = ask(ruc=employer.ruc, document=asked.document, names=asked.names, birth_on=asked.birth_on)
    if answer.state is SutState.DIFFERENT:
        raise RefusedError(Fault.SUT, contract=answer.contract, differences=answer.differences)
    if answer.state is SutState.NO_CONTRACT:
        raise RefusedError(Fault.NO_CONTRACT)
    return answer


def _acting(asked: Asked, *, by_number: str) -> Iterable[Human]:
    """Those who ask, sign and come, as far as they are known; the register is asked for three seconds."""
    who = [(asked.signer.number, asked.signer.names, "")]
    if asked.comes:
        who.append((asked.comes.number, asked.comes.names, asked.comes.passport))
    if by_number and by_number != asked.signer.number:
        who.append((by_number, "", ""))
    known = civil.look_up([number for number, *_ in who if len(number) == 10], seconds=3.0).found
    for number, names, passport in who:
        person, registered = workers.person_of(number), known.get(number)
        born = [one.birth_on for one in (person, registered) if one and one.birth_on]
        yield Human(
            numbers=frozenset({number, passport} - {""}) | workers.numbers_of(number),
            names=names or (person.names if person else ""),
            birth_on=born[0] if born else None,
        )


def _power(employer: Employer, asked: Asked) -> Power | None:
    """The power of the attorney who comes: the one named, else the latest. Raises RefusedError(POWER)."""
    if asked.who_comes is not WhoComes.ATTORNEY or asked.comes is None:
        return None
    if asked.power is None:
        return employer.powers.filter(number=asked.comes.number).order_by("submitted_at").last()
    found = employer.powers.filter(pk=asked.power).first()
    if found is None or found.number != asked.comes.number:
        raise RefusedError(Fault.POWER)
    return found


def _live(request: CodeRequest) -> CodeRequest:
    row = queries.locked(request.pk)
    if row.state not in LIVE:
        raise RefusedError(Fault.OVER)
    return row


def _save(request: CodeRequest) -> None:
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        if LIVE_ONCE not in str(error):
            raise
        raise RefusedError(Fault.LIVE) from None


def _says_the_same(one: CodeRequest, other: CodeRequest) -> bool:
    names = ("prepared_by", "appointment_id", "names", "birth_on", "account", "who_comes", "comes_number")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _end(request: CodeRequest, state: State, *, actor: str, now: datetime) -> None:
    request.state, request.ended_at = state, now
    request.save(update_fields=["state", "ended_at"])
    entries.lapse(request=request, now=now)
    _record(state.value, request, actor=actor, now=now)


def _record(event: str, request: CodeRequest, *, actor: str, now: datetime, **facts: str | int) -> None:
    audit.record(
        f"foreigners.request-{event}",
        actor=actor,
        subject=f"code-request:{request.pk}",
        at=now,
        facts={"procedure": PROCEDURE, "who_comes": request.who_comes, **facts},
    )
