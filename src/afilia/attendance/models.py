from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from afilia.appointments.models import Appointment
from afilia.attendance.rules.order import Standing
from afilia.attendance.rules.visits import State
from afilia.offices.models import Office
from afilia.staff.models import StaffMember


class OfficeDay(models.Model):
    """An office on a date of its own zone. Its row is the lock of everything that happens there that day."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    on = models.DateField()
    numbers = models.PositiveIntegerField(default=0)  # given so far
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "on"], name="office_day_once")]

    def __str__(self) -> str:
        return f"office {self.office_id} on {self.on}"


class OpenCounter(models.Model):
    """A counter at which an official attends, from opening to closing."""

    day = models.ForeignKey(OfficeDay, models.PROTECT, related_name="counters")
    number = models.PositiveSmallIntegerField()
    member = models.ForeignKey(StaffMember, models.PROTECT, related_name="+")
    procedures = ArrayField(models.CharField(max_length=40))  # slugs
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "number"], condition=Q(closed_at=None), name="counter_open_once"
            ),
            models.UniqueConstraint(
                fields=["day", "member"], condition=Q(closed_at=None), name="official_at_one_counter"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="counter_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"counter {self.number}"


class Visit(models.Model):
    """Somebody who came to an office, from arrival to attention. Who it is stands in the appointment.

    Of those without an appointment nothing is kept but, where it was given, the identification. To which of
    the groups with priority somebody belongs is kept nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    day = models.ForeignKey(OfficeDay, models.PROTECT, related_name="visits")
    number = models.PositiveIntegerField()  # in the order of arrival, for all of the day
    ticket = models.CharField(max_length=8)  # as it is called: a letter and the number
    procedure = models.CharField(max_length=40)  # slug
    appointment = models.OneToOneField(Appointment, models.SET_NULL, null=True, related_name="+")
    identification = models.CharField(max_length=20, blank=True)
    priority = models.BooleanField()
    standing = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Standing])
    due_at = models.DateTimeField(null=True)  # the hour of the appointment
    arrived_at = models.DateTimeField()
    queued_at = models.DateTimeField()  # arrived, or came back
    state = models.CharField(max_length=20, choices=[(each.value, each.value) for each in State])
    counter = models.ForeignKey(OpenCounter, models.PROTECT, null=True, related_name="+")  # the last one
    calls = models.PositiveSmallIntegerField(default=0)  # at that counter
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)  # slug; empty also where nobody wrote it down
    digest = models.BinaryField(max_length=32, unique=True)  # keyed hash of the code on the paper

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "number"], name="visit_number_once"),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=[State.CALLED.value, State.SERVING.value]),
                name="one_visit_at_a_counter",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CALLED.value, State.SERVING.value]) | Q(counter__isnull=False),
                name="visit_at_some_counter",
            ),
            models.CheckConstraint(
                condition=~Q(standing=Standing.APPOINTMENT.value) | Q(due_at__isnull=False),
                name="appointment_has_an_hour",
            ),
        ]

    def __str__(self) -> str:
        return f"visit {self.pk}"


class DayFigure(models.Model):
    """The figures of a closed day for a procedure, or for all; made from the ledger and nothing else."""

    day = models.ForeignKey(OfficeDay, models.PROTECT, related_name="figures")
    procedure = models.CharField(max_length=40, blank=True)  # empty: all
    arrived = models.PositiveIntegerField()
    appointments = models.PositiveIntegerField()
    walk_ins = models.PositiveIntegerField()
    priority = models.PositiveIntegerField()
    attended = models.PositiveIntegerField()
    missed = models.PositiveIntegerField()
    unattended = models.PositiveIntegerField()
    wait_median = models.PositiveIntegerField(null=True)  # seconds
    wait_p95 = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "procedure"], name="day_figure_once")]

    def __str__(self) -> str:
        return f"figures of {self.day_id}"
