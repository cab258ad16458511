from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from afilia.offices.provinces import PROVINCES
from afilia.offices.rules import LONGEST_REASON


class Office(models.Model):
    """A place where people are attended, as the file of `afilia import-offices` has it."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)
    province = models.CharField(max_length=2, choices=[*PROVINCES.items()], db_index=True)
    city = models.CharField(max_length=80)
    address = models.CharField(max_length=200)
    shopping_centre = models.BooleanField(default=False)
    counters = models.PositiveSmallIntegerField()
    open_from = models.DateField()
    open_to = models.DateField(null=True, blank=True)  # the last day
    made_up = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(counters__gte=1), name="office_has_a_counter"),
            models.CheckConstraint(
                condition=Q(open_to=None) | Q(open_to__gte=F("open_from")), name="office_opens_before_it_ends"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfficeHours(models.Model):
    """A stretch of a weekday in which an office is open; one that closes at or before it opens runs on
    past midnight."""

    office = models.ForeignKey(Office, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "weekday", "opens"], name="office_opens_once_at_a_time"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekday_of_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id}: {self.weekday} {self.opens}–{self.closes}"


class Agenda(models.Model):
    """A group of counters of an office that serve the same procedures in places of the same length.

    The seats of an office's agendas are never more than its counters. One without seats is no longer used
    and is kept for the bookings that it has.
    """

    office = models.ForeignKey(Office, models.PROTECT, related_name="agendas")
    procedures = ArrayField(models.CharField(max_length=40))  # slugs of the catalogue
    minutes = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=480), name="minutes_of_a_place"),
        ]

    def __str__(self) -> str:
        return f"agenda {self.pk} of office {self.office_id}"


class Closure(models.Model):
    """A day, or a part of one, on which an office, a province or all are closed."""

    office = models.ForeignKey(Office, models.CASCADE, null=True, blank=True, related_name="closures")
    province = models.CharField(max_length=2, choices=[*PROVINCES.items()], blank=True)
    on = models.DateField()
    from_time = models.TimeField(null=True, blank=True)  # null: from its beginning
    until_time = models.TimeField(null=True, blank=True)  # null: to its end
    reason = models.CharField(max_length=LONGEST_REASON)
    made_at = models.DateTimeField()
    emptied_at = models.DateTimeField(null=True, blank=True)  # everyone who was booked then was moved or told

    class Meta:
        indexes = [models.Index(fields=["on"], name="closures_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(office=None) | Q(province=""), name="closure_of_an_office_or_a_province"
            ),
        ]

    def __str__(self) -> str:
        return f"closure {self.pk} on {self.on}"
