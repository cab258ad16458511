"""The waiting list: a place that becomes free is offered to the first who can take it, one at a time."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from afilia.appointments.actions import days, limits, recording, seats, telling
from afilia.appointments.booking import Who
from afilia.appointments.models import Appointment, Person, WaitingEntry
from afilia.appointments.queries import availability
from afilia.appointments.references import digest_of, reference_of
from afilia.appointments.rules.states import Reason, RefusedError, State, Waiting
from afilia.offices.models import Agenda

MOST_LAPSES = 3  # offers let pass; then the entry ends


@transaction.atomic
def join_waiting_list(
    *,
    who: Who,
    procedure: str,
    province: str,
    office_id: int | None,
    from_on: date,
    to_on: date,
    address: str,
    now: datetime,
    solution: str = "",
    ticket: str = "",
) -> WaitingEntry:
    """Put a person into the waiting list for a procedure, in one office or in all of a province.

    Whoever has an appointment may wait for an earlier one. `solution` and `ticket` as in `hold`. Raises
    RefusedError: WAITS when the person waits for the procedure already, PROOF, LIMIT.
    """
    entry = WaitingEntry(
        procedure=procedure,
        province=province,
        office_id=office_id,
        from_on=from_on,
        to_on=to_on,
        queued_at=now,
        **who.fields(),
    )
    limits.count(who=who, address=address, solution=solution, ticket=ticket, now=now)
    if not _write(entry):
        raise RefusedError(Reason.WAITS)
    telling.joined(entry, now=now)
    recording.record_waiting(entry, event="waiting.joined", now=now)
    return entry


def join_first(row: Appointment, *, now: datetime, until: date) -> None:
    """Put the person of a booking before all others in the province of its office, unless they wait."""
    entry = WaitingEntry(
        province=row.office.province,
        from_on=row.on,
        to_on=max(until, row.on),
        first=True,
        queued_at=now,
        procedure=row.procedure,
        **_person(row),
    )
    _write(entry)


@transaction.atomic
def leave_waiting_list(*, entry_id: UUID, now: datetime) -> None:
    """Take an entry from the list; a place offered to it goes to the next one."""
    offer, entry, _ = _locked(entry_id, now=now)
    if entry.state not in {Waiting.QUEUED, Waiting.OFFERED}:
        return
    _settle(entry, Waiting.LEFT, ended_at=now)
    if offer:
        _pass_to_next(offer, skip=entry, now=now)
    recording.record_waiting(entry, event="waiting.left", now=now)


@transaction.atomic
def accept_offer(*, entry_id: UUID, now: datetime) -> Appointment:
    """Accept the place that is offered: it becomes the booking, or the person's present booking moves there.

    Raises RefusedError: OVER when the time to accept has passed or it was accepted already, CLOSED, NO_PLACE.
    """
    offer, entry, present = _locked(entry_id, now=now)
    if entry.state != Waiting.OFFERED or offer is None or not _stands(offer, now=now):
        raise RefusedError(Reason.OVER)
    counts = {(offer.agenda_id, offer.on): 1}
    if present:
        key = (present.agenda_id, present.on)
        counts[key] = counts.get(key, 0) - 1
    days.count(counts)
    seats.check_still_there(offer)
    _settle(entry, Waiting.SERVED, ended_at=now)
    if present is None:
        if seats.has_live(offer):
            raise RefusedError(Reason.HAS_ONE)
        changes = {"state": State.CONFIRMED, "confirmed_at": now, "held_until": None}
        try:
            with transaction.atomic():
                Appointment.objects.filter(pk=offer.pk).update(**changes)
        except IntegrityError:  # the person holds another place at this moment
            raise RefusedError(Reason.HAS_ONE) from None
        for name, value in changes.items():
            setattr(offer, name, value)
        telling.confirmed(offer, now=now)
        recording.record(offer, event="appointment.confirmed", now=now, waited=True)
        return offer
    return _move_to_offer(present, offer, now=now)


@transaction.atomic
def decline_offer(*, entry_id: UUID, now: datetime) -> None:
    """Say no to the place that is offered and stay in the list; the place goes to the next one."""
    offer, entry, _ = _locked(entry_id, now=now)
    if entry.state != Waiting.OFFERED or offer is None:
        return
    _settle(entry, Waiting.QUEUED)
    _pass_to_next(offer, skip=entry, now=now)
    recording.record_waiting(entry, event="waiting.declined", now=now)


def pass_on_lapsed(*, now: datetime) -> int:
    """Offer the places whose time to accept is over to the next ones; how many there were."""
    lapsed = Appointment.objects.filter(state=State.OFFERED, held_until__lte=now).order_by("held_until")
    return sum(pass_on(appointment_id=pk, now=now) for pk in lapsed.values_list("pk", flat=True))


def pass_on_at(agenda: Agenda, *, starts_at: datetime, now: datetime) -> None:
    """The same for the places of one slot."""
    lapsed = Appointment.objects.filter(
        agenda=agenda, starts_at=starts_at, state=State.OFFERED, held_until__lte=now
    )
    for pk in lapsed.values_list("pk", flat=True):
        pass_on(appointment_id=pk, now=now)


@transaction.atomic
def pass_on(*, appointment_id: UUID, now: datetime) -> bool:
    """Offer a place whose time to accept is over to the next one; who let it pass goes to the end.

    False when it was accepted or passed on meanwhile. Whoever let MOST_LAPSES pass leaves the list.
    """
    (offer,) = seats.lock(appointment_id, now=now)
    if offer.state != State.OFFERED or _stands(offer, now=now):
        return False
    entry = WaitingEntry.objects.select_for_update().filter(offer=offer).first()
    if entry is None:
        seats.expire([offer.pk], now=now)
        return True
    entry.lapses += 1
    ended = entry.lapses >= MOST_LAPSES
    if ended:
        _settle(entry, Waiting.LAPSED, lapses=entry.lapses, ended_at=now)
    else:
        _settle(entry, Waiting.QUEUED, lapses=entry.lapses, queued_at=now, first=False)
    telling.offer_over(entry, ended=ended, now=now)
    _pass_to_next(offer, skip=entry, now=now)
    recording.record_waiting(entry, event="waiting.lapsed", now=now, actor="system")
    return True


def offer_place(
    where: seats.Place, *, seat: int, now: datetime, skip: Collection[UUID] = ()
) -> Appointment | None:
    """Offer a seat of a slot to the first of the waiting list who can take it; None when nobody can.

    Call it in the transaction that frees the seat, before its entry in the ledger. A place that begins before
    the time to accept would be over is nobody's and free for all.
    """
    desk, on, slot = where
    policy = availability.policy()
    if slot.starts_at < now + policy.offer + policy.lead or seat not in desk.seats(slot, on, now=now):
        return None
    entry = _first_for(where, skip=skip)
    if entry is None:
        return None
    row = seats.new(
        procedure=entry.procedure,
        state=State.OFFERED,
        held_until=now + policy.offer,
        fields=_person(entry),
        now=now,
    )
    try:
        seats.claim(row, where=where, seats=[seat], now=now)
    except RefusedError:
        return None
    entry.state, entry.offer = Waiting.OFFERED, row
    entry.save(update_fields=["state", "offer"])
    telling.offered(entry, appointment=row, now=now)
    return row


def offer_freed(
    *, agenda: Agenda, starts_at: datetime, seat: int, now: datetime, skip: Collection[UUID] = ()
) -> None:
    """Offer the seat that a booking leaves, when it can be booked at all."""
    try:
        where = seats.place(agenda, starts_at=starts_at, now=now)
    except RefusedError:
        return
    offer_place(where, seat=seat, skip=skip, now=now)


def _first_for(where: seats.Place, *, skip: Collection[UUID]) -> WaitingEntry | None:
    """The first of the list who can take a place, locked. Who is being offered another one is passed over."""
    desk, on, slot = where
    office = desk.agenda.office
    same = {name: OuterRef(name) for name in ("number", "kind", "country", "procedure")}
    sooner = Appointment.objects.filter(
        **same, state=State.CONFIRMED, displaced_at=None, starts_at__lte=slot.starts_at
    )
    entries = WaitingEntry.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        Q(office=None) | Q(office=office),
        ~Exists(sooner),  # a place after the one that they have is of no use
        state=Waiting.QUEUED,
        procedure__in=desk.agenda.procedures,
        province=office.province,
        from_on__lte=on,
        to_on__gte=on,
    )
    return entries.exclude(pk__in=skip).order_by("-first", "queued_at", "pk").first()


def _pass_to_next(offer: Appointment, *, skip: WaitingEntry, now: datetime) -> None:
    """End a locked offer and offer its place to the next one."""
    seats.expire([offer.pk], now=now)
    offer_freed(agenda=offer.agenda, starts_at=offer.starts_at, seat=offer.seat, skip=[skip.pk], now=now)


def _move_to_offer(present: Appointment, offer: Appointment, *, now: datetime) -> Appointment:
    """Move a person's present booking, locked, to the place that is offered to them."""
    seats.expire([offer.pk], now=now)
    left = (present.office, present.agenda, present.starts_at, present.seat)
    changes = {
        name: getattr(offer, name)
        for name in ("agenda", "office", "on", "starts_at", "ends_at", "seat", "code")
    }
    changes |= {"reminded_at": None, "displaced_at": None}
    Appointment.objects.filter(pk=present.pk).update(**changes)
    for name, value in changes.items():
        setattr(present, name, value)
    office, agenda, starts_at, seat = left
    offer_freed(agenda=agenda, starts_at=starts_at, seat=seat, now=now)
    telling.moved(present, from_office=office, from_starts_at=starts_at, now=now)
    recording.record(present, event="appointment.moved", now=now, waited=True)
    return present


def _locked(entry_id: UUID, *, now: datetime) -> tuple[Appointment | None, WaitingEntry, Appointment | None]:
    """An entry, the place that it is offered, and its person's confirmed booking; all locked, the entry last.

    Raises RefusedError with UNKNOWN.
    """
    entry = WaitingEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise RefusedError(Reason.UNKNOWN)
    has = Appointment.objects.filter(
        number__in=seats.lock_person(entry),
        country=entry.country,
        procedure=entry.procedure,
        state=State.CONFIRMED,
        starts_at__gt=now,
    )
    ids = [pk for pk in [entry.offer_id, *has.values_list("pk", flat=True)] if pk]
    rows = {row.pk: row for row in seats.lock(*ids, now=now)}
    entry = WaitingEntry.objects.select_for_update(of=("self",)).get(pk=entry_id)
    offer = rows.pop(entry.offer_id, None) if entry.offer_id else None
    if offer and offer.state != State.OFFERED:
        offer = None
    present = next((row for row in rows.values() if row.state == State.CONFIRMED), None)
    return offer, entry, present


def _identity(row: Person) -> dict[str, str]:
    return {"number": row.number, "kind": row.kind, "country": row.country}


def _person(row: Person) -> dict[str, str]:
    """The columns of models.Person, but for the procedure."""
    names = ("names", "email", "phone", "applicant", "who_comes", "ruc")
    return _identity(row) | {name: getattr(row, name) for name in names}


def _write(entry: WaitingEntry) -> bool:
    """Write a new entry; False when its person waits for the procedure already, under whichever number."""
    numbers = seats.lock_person(entry)
    live = WaitingEntry.objects.filter(procedure=entry.procedure, state__in=[Waiting.QUEUED, Waiting.OFFERED])
    if len(numbers) > 1 and live.filter(number__in=numbers, country="").exists():
        return False
    entry.pk, entry.state = uuid4(), Waiting.QUEUED
    entry.digest = digest_of(reference_of(entry))
    WaitingEntry.objects.bulk_create([entry], ignore_conflicts=True)
    return WaitingEntry.objects.filter(pk=entry.pk).exists()


def _stands(offer: Appointment, *, now: datetime) -> bool:
    return offer.held_until is not None and now < offer.held_until


def _settle(entry: WaitingEntry, state: Waiting, **changes: object) -> None:
    """Write what became of a locked entry; it has no offer any more."""
    changes |= {"state": state, "offer": None}
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.save(update_fields=[*changes])
