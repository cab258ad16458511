from uuid import uuid4

from django.db import models
from django.db.models import Q

from afilia.appointments.rules.states import PersonKind, State, Waiting
from afilia.offices.models import Agenda, Office
from afilia.offices.provinces import PROVINCES


class Person(models.Model):
    """Who is to be attended, how to reach them, and what for. Empty once it was forgotten."""

    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in PersonKind])
    number = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True)  # of a passport
    names = models.CharField(max_length=300, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    procedure = models.CharField(max_length=40)  # slug of the catalogue
    applicant = models.CharField(max_length=40, blank=True)  # kind of the catalogue
    who_comes = models.CharField(max_length=40, blank=True)  # kind of the catalogue
    ruc = models.CharField(max_length=13, blank=True)  # of the employer

    class Meta:
        abstract = True


class Appointment(Person):
    """One seat of an agenda from one moment to another, for one person and procedure."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # Their indexes begin others below; each one more costs every booking.
    agenda = models.ForeignKey(Agenda, models.PROTECT, related_name="appointments", db_index=False)
    office = models.ForeignKey(
        Office, models.PROTECT, related_name="appointments", db_index=False
    )  # of the agenda
    on = models.DateField()  # in the office's time
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seat = models.PositiveSmallIntegerField()  # from 1
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in State])
    held_until = models.DateTimeField(null=True)  # of a hold or an offer
    digest = models.BinaryField(max_length=32, unique=True)  # keyed hash of the reference
    code = models.CharField(max_length=8)  # spoken at the office
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # cancelled, expired, or marked at the office
    reminded_at = models.DateTimeField(null=True)
    displaced_at = models.DateTimeField(null=True)  # its office closed that day and nothing else was free
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agenda", "starts_at", "seat"],
                condition=Q(state__in=["held", "offered", "confirmed"]),
                name="one_live_booking_a_seat",
            ),
            models.UniqueConstraint(
                fields=["number", "kind", "country", "procedure"],
                condition=Q(state__in=["held", "confirmed"]),
                name="one_live_booking_a_person",
            ),
            models.UniqueConstraint(
                fields=["office", "on", "code"],
                condition=~Q(state__in=["cancelled", "expired"]),
                name="code_once_a_day_and_office",
            ),
            models.CheckConstraint(
                condition=Q(held_until__isnull=False) | ~Q(state__in=["held", "offered"]),
                name="a_hold_has_an_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["email"], condition=Q(state__in=["held", "confirmed"]), name="live_bookings_of_email"
            ),
            models.Index(
                fields=["phone"], condition=Q(state__in=["held", "confirmed"]), name="live_bookings_of_phone"
            ),
            models.Index(fields=["agenda", "starts_at"], name="bookings_of_agenda"),
            models.Index(
                fields=["held_until"], condition=Q(state__in=["held", "offered"]), name="bookings_held"
            ),
            models.Index(fields=["starts_at"], condition=Q(state="confirmed"), name="bookings_ahead"),
        ]

    def __str__(self) -> str:
        return f"appointment {self.pk}"


class AgendaDay(models.Model):
    """How many places of an agenda are taken on a day. Its row is the lock of all that changes the count."""

    agenda = models.ForeignKey(Agenda, models.PROTECT, related_name="days")
    on = models.DateField()
    taken = models.PositiveIntegerField(default=0)
    uneven = models.BooleanField(default=False)  # it has bookings that fit none of the agenda's places

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agenda", "on"], name="one_row_a_day"),
        ]

    def __str__(self) -> str:
        return f"agenda {self.agenda_id} on {self.on}"


class WaitingEntry(Person):
    """Somebody who takes a place that becomes free, in an office or anywhere in a province."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    digest = models.BinaryField(max_length=32, unique=True)  # keyed hash of the reference
    province = models.CharField(max_length=2, choices=[*PROVINCES.items()])
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="+"
    )  # null: any of the province
    from_on = models.DateField()
    to_on = models.DateField()
    first = models.BooleanField(default=False)  # before all others: their office closed on their day
    queued_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in Waiting])
    offer = models.OneToOneField(Appointment, models.SET_NULL, null=True, related_name="entry")
    lapses = models.PositiveSmallIntegerField(default=0)  # offers that were let pass
    ended_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "waiting entries"
        constraints = [
            models.UniqueConstraint(
                fields=["number", "kind", "country", "procedure"],
                condition=Q(state__in=["queued", "offered"]),
                name="one_live_entry_a_person",
            ),
            models.CheckConstraint(condition=Q(to_on__gte=models.F("from_on")), name="entry_has_days"),
        ]
        indexes = [
            models.Index(
                fields=["procedure", "province", "-first", "queued_at"],
                condition=Q(state="queued"),
                name="waiting_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"waiting entry {self.pk}"
