from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from afilia.cases.rules.moves import Move as MoveKind
from afilia.cases.rules.moves import State
from afilia.documents.models import IssuedDocument, ReceivedFile
from afilia.employers.models import Employer
from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures.rules import Applicant, Channel, WhoComes
from afilia.staff.models import StaffMember


class StateKind(models.TextChoices):
    DRAFT = State.DRAFT.value, _("Borrador")
    SUBMITTED = State.SUBMITTED.value, _("Presentado")
    UNDER_REVIEW = State.UNDER_REVIEW.value, _("En revisión")
    CORRECTION_ASKED = State.CORRECTION_ASKED.value, _("Por corregir")
    LEGAL_REVIEW = State.LEGAL_REVIEW.value, _("En revisión jurídica")
    APPROVED = State.APPROVED.value, _("Aprobado")
    REFUSED = State.REFUSED.value, _("Negado")
    WITHDRAWN = State.WITHDRAWN.value, pgettext_lazy("case", "Retirado")
    DELIVERED = State.DELIVERED.value, _("Entregado")


class Case(models.Model):
    """One instance of a procedure, from the applicant's draft to its end."""

    key = models.UUIDField(
        unique=True, default=uuid4, editable=False
    )  # in addresses before there is a number
    number = models.CharField(max_length=20, unique=True, null=True)  # from the submission on
    code_digest = models.BinaryField(max_length=32, null=True)  # of the code with which it is followed
    procedure = models.CharField(max_length=40)  # slug of the catalogue
    channel = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Channel])
    province = models.CharField(max_length=2, choices=[*PROVINCES.items()])
    applicant = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Applicant])
    who_comes = models.CharField(max_length=30, choices=[(one.value, one.value) for one in WhoComes])
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="cases")
    about = models.CharField(max_length=40, blank=True)  # what tells an employer's cases of a procedure apart
    link = models.BinaryField(max_length=32, unique=True, null=True)  # keyed hash; continues the draft
    message = models.TextField(blank=True)
    state = models.CharField(max_length=20, choices=StateKind.choices, default=State.DRAFT)
    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()
    unit = models.CharField(max_length=40, blank=True)  # that decides: slug of the catalogue
    unit_province = models.CharField(max_length=2, blank=True)  # code, of a coordination
    route = models.CharField(max_length=40, blank=True)  # the line of the routing table: why it is there
    assignee = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="cases")
    due_on = models.DateField(null=True)  # while the clock runs
    days_left = models.IntegerField(null=True)  # working days, while it stands still
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")  # that hands it over

    class Meta:
        indexes = [
            models.Index(fields=["unit_province", "state", "due_on"], name="cases_by_unit"),
            models.Index(fields=["assignee", "state"], name="cases_by_assignee"),
            models.Index(fields=["begun_at"], condition=models.Q(state="draft"), name="drafts_of_cases"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "procedure", "about"],
                condition=~models.Q(state__in=["draft", "refused", "withdrawn", "delivered"]),
                name="case_of_an_employer_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", number=None, code_digest=None, submitted_at=None)
                | ~models.Q(state="draft")
                & models.Q(number__isnull=False, code_digest__isnull=False, submitted_at__isnull=False)
                & ~models.Q(unit=""),
                name="case_has_number_once_submitted",
            ),
            models.CheckConstraint(
                condition=models.Q(due_on=None) | models.Q(days_left=None), name="case_clock_runs_or_stands"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["approved", "delivered"], office__isnull=False)
                | ~models.Q(state__in=["approved", "delivered"]),
                name="case_approved_has_an_office",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"draft {self.key}"


class Paper(models.Model):
    """A document that the applicant put into a slot; one sent again retires the one before."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="papers")
    slot = models.CharField(max_length=40)  # requirement of the procedure
    document = models.CharField(max_length=40)  # which of its alternatives
    file = models.OneToOneField(ReceivedFile, models.PROTECT, related_name="+")
    # Which of our own papers it is, signed by others; None: none that we know, or not one of that kind.
    issued = models.ForeignKey(IssuedDocument, models.PROTECT, null=True, related_name="+")
    put_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    is_good = models.BooleanField(null=True)  # what an official ticked on the checklist
    checked_by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "slot"], condition=models.Q(retired_at=None), name="paper_of_a_slot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"paper {self.pk}"


class Move(models.Model):
    """A move that a case made, with what the applicant is told; the ledger has the same without the text."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=20, choices=[(move.value, move.value) for move in MoveKind])
    to = models.CharField(max_length=20, choices=StateKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")  # None: the applicant
    reason = models.CharField(max_length=40, blank=True)  # slug of the catalogue
    text = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"


class Correction(models.Model):
    """An item that the applicant is asked to send again, and why."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="corrections")
    slot = models.CharField(max_length=40)
    reason = models.CharField(max_length=40)  # slug of the catalogue
    text = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    replacement = models.OneToOneField(Paper, models.SET_NULL, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "slot"], condition=models.Q(closed_at=None), name="correction_of_a_slot_once"
            ),
        ]

    def __str__(self) -> str:
        return f"correction {self.pk}"


class Message(models.Model):
    """What applicant and officials write to each other."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="messages")
    by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")  # None: the applicant
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Trace(models.Model):
    """Where a case went and to whom: each time with why."""

    class Why(models.TextChoices):
        ROUTED = "routed", _("La tabla de destinos lo envió a esta unidad")
        TAKEN = "taken", _("Lo tomó")
        GIVEN = "given", _("Se lo entregaron")
        RELEASED = "released", _("Lo devolvió a la bandeja")
        SENT_ON = "sent-on", _("Otra unidad lo envió a esta")

    case = models.ForeignKey(Case, models.PROTECT, related_name="traces")
    why = models.CharField(max_length=10, choices=Why.choices)
    at = models.DateTimeField()
    unit = models.CharField(max_length=40)
    route = models.CharField(max_length=40, blank=True)
    to = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")  # None: the table
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.why} of case {self.case_id}"
