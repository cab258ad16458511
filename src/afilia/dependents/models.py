"""The dependents of workers as their employers register them.

A registration is state, derived from its changes, which are append-only: a trigger refuses more.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from afilia.dependents.words import meaning
from afilia.employers.models import Employer
from afilia.novedades.models import Filing
from afilia.workers.models import Person


class Dependent(models.Model):
    """Who depends on a worker of an employer, from a first to a last day, both included."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="dependents")
    worker = models.ForeignKey(Person, models.PROTECT, related_name="dependents")
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="dependent_as"
    )  # null: birth record
    document = models.CharField(max_length=1)  # of the code list documento_dependiente
    number = models.CharField(max_length=20)  # of that document
    relationship = models.CharField(max_length=1)  # of the code list parentesco
    one = models.BooleanField()  # of these a worker has one at a time
    names = models.CharField(max_length=300)
    birth_on = models.DateField()
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    limit_on = models.DateField(null=True)  # the last day that the age allows
    filed = models.JSONField()  # the fields of the line in force, by their names in the layout
    revision = models.SmallIntegerField(default=0)
    announced_on = models.DateField(null=True)  # the end of which the employer was told

    class Meta:
        indexes = [
            models.Index(fields=["worker", "employer"], name="dependents_of_worker"),
            models.Index(fields=["until_on"], condition=Q(until_on__isnull=False), name="dependents_by_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "worker", "document", "number"], name="dependent_once_per_worker"
            ),
            models.UniqueConstraint(
                fields=["employer", "worker"],
                condition=Q(one=True, until_on__isnull=True),
                name="one_partner_without_end",
            ),
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=models.F("from_on")),
                name="dependent_end_not_before_start",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | ~Q(person=models.F("worker")),
                name="nobody_depends_on_themself",
            ),
        ]

    def __str__(self) -> str:
        return f"dependent {self.pk}"

    @property
    def relationship_label(self) -> str:
        return meaning("parentesco", self.relationship)

    @property
    def document_label(self) -> str:
        return meaning("documento", self.document)


class ChangeKind(models.TextChoices):
    REGISTERED = "registered", _("Registro")
    CORRECTED = "corrected", _("Corrección")
    ENDED = "ended", _("Terminación")
    RENEWED = "renewed", _("Renovación")
    CONFIRMED = "confirmed", _("Identidad confirmada por el Registro Civil")


class Change(models.Model):
    """What was registered about a dependent: line `line` of a filing, or an answer of the register."""

    dependent = models.ForeignKey(Dependent, models.PROTECT, related_name="changes")
    revision = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="dependents")
    line = models.IntegerField(null=True)
    at = models.DateTimeField()
    until_on = models.DateField(null=True)
    filed = models.JSONField()  # as in Dependent

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dependent", "revision"], name="dependent_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.dependent_id}/{self.revision}"


class WorkerEmail(models.Model):
    """Where a worker is told what an employer registers for them, as that employer wrote it."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="+")
    worker = models.ForeignKey(Person, models.PROTECT, related_name="+")
    email = models.EmailField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employer", "worker"], name="one_email_per_worker")]

    def __str__(self) -> str:
        return f"email of worker {self.worker_id}"
