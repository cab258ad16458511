from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.staff.models import StaffMember
from afilia.transparency.rules.complaints import Kind as ComplaintKind
from afilia.transparency.rules.counting import Measure


class MonthlyFact(models.Model):
    """A figure of a month, made from the ledger and nothing else; what does not matter to it is empty."""

    month = models.DateField()  # its first day
    measure = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Measure])
    procedure = models.CharField(max_length=40, blank=True)  # slug
    province = models.CharField(max_length=2, blank=True)  # code
    office = models.CharField(max_length=20, blank=True)  # code
    code = models.CharField(max_length=40, blank=True)  # of a finding
    value = models.BigIntegerField()  # how many, or seconds

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month", "measure", "procedure", "province", "office", "code"],
                name="fact_of_a_month_once",
            ),
            models.CheckConstraint(condition=models.Q(month__day=1), name="fact_of_a_month_on_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} of {self.month:%Y-%m}"


class Build(models.Model):
    """How far the facts follow the ledger: one row."""

    mark = models.BigIntegerField(default=0)  # the last entry that they know
    edition = models.CharField(max_length=64, blank=True)  # of what counts, by which they were made
    begins_on = models.DateField(null=True)  # of the earliest entry
    built_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_build")]

    def __str__(self) -> str:
        return f"built up to {self.mark}"


class Attempt(models.Model):
    """That the portal was asked from outside and whether it answered; kept until its day is in the ledger."""

    at = models.DateTimeField(unique=True)
    answered = models.BooleanField()

    def __str__(self) -> str:
        return f"attempt of {self.at}"


class Complaint(models.Model):
    """A complaint about a procedure, or thanks; with the code that leads to its answer."""

    class Kind(models.TextChoices):
        COMPLAINTS = ComplaintKind.COMPLAINTS.value, _("Queja")
        THANKS = ComplaintKind.THANKS.value, _("Agradecimiento")

    key = models.UUIDField(unique=True, default=uuid4)  # of the form that sent it: sent again, it is the same
    number = models.CharField(max_length=20, unique=True, null=True)
    code_digest = models.BinaryField(max_length=32, null=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    procedure = models.CharField(max_length=40)  # slug
    province = models.CharField(max_length=2, choices=[*PROVINCES.items()], blank=True)
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)  # empty once it was forgotten
    names = models.CharField(max_length=120, blank=True)
    email = models.EmailField(blank=True)
    received_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, blank=True)  # slug of the data
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["province", "due_on"], condition=models.Q(answered_at=None), name="complaints_open"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at=None, answered_by=None, outcome="", answer="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(outcome=""),
                name="complaint_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"complaint {self.pk}"
