import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from afilia.access.models import EmployerKey
from afilia.batches.rules import Mode, State
from afilia.documents.models import IssuedDocument
from afilia.employers.models import Employer
from afilia.novedades.models import Filing


class Batch(models.Model):
    """One file of an employer on its way: received, decided, registered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="batches")
    key = models.ForeignKey(EmployerKey, models.PROTECT, null=True)  # null: filed by an operator
    by_number = models.CharField(max_length=20)  # who sent it first
    # The person with a key to some branches for whom alone it is; empty: it is for the whole employer.
    own_to = models.CharField(max_length=20, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="mended")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes
    novedad = models.CharField(max_length=3)  # the type that the employer chose
    state = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in State], default=State.RECEIVED
    )

    received_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    discarded_at = models.DateTimeField(null=True)  # without being confirmed
    discarded_by = models.CharField(max_length=20, blank=True)  # empty: it waited too long

    attempt = models.IntegerField(default=0)  # raised when a plan is asked for; names the folder of its files
    planned_on = models.DateField(null=True)
    history_version = models.BigIntegerField(null=True)  # of the employer, when the plan was made
    summary = models.JSONField(default=dict)  # counts, findings by code, consequences

    mode = models.CharField(max_length=10, choices=[(m.value, m.value) for m in Mode], blank=True)
    max_error_percent = models.SmallIntegerField(null=True)
    corrections_meant = models.BooleanField(default=False)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=20, blank=True)  # who filed: the person who confirmed
    filing = models.OneToOneField(Filing, models.PROTECT, null=True, related_name="batch")
    receipt = models.OneToOneField(IssuedDocument, models.PROTECT, null=True, related_name="batch")

    class Meta:
        verbose_name = _("carga batch")
        indexes = [models.Index(fields=["employer", "-received_at"], name="batches_of_employer")]
        constraints = [
            models.UniqueConstraint(fields=["employer", "sha256", "own_to"], name="same_bytes_same_batch"),
            models.CheckConstraint(
                condition=models.Q(filing__isnull=True) | models.Q(registered_at__isnull=False),
                name="filing_only_when_registered",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Progress(models.Model):
    """How far the running job is; apart from the batch, which the applying transaction locks."""

    batch = models.OneToOneField(Batch, models.CASCADE, primary_key=True)
    percent = models.SmallIntegerField(default=0)
    lines = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.percent} %"
