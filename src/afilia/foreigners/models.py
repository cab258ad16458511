from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from afilia.appointments.models import Appointment
from afilia.documents.models import IssuedDocument, ReceivedFile
from afilia.employers.models import Branch, DocumentKind, Employer
from afilia.foreigners.rules.states import EntryState, PowerState, State, SutState
from afilia.identifiers.foreign import DocumentKind as ForeignKind
from afilia.novedades.models import Filing
from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures.rules import Applicant, WhoComes
from afilia.staff.models import StaffMember
from afilia.workers.models import IdentityNumber


class ForeignDocument(models.TextChoices):
    PASSPORT = ForeignKind.PASSPORT.value, _("Pasaporte")
    VISA = ForeignKind.VISA.value, _("Visa")
    HOME = ForeignKind.HOME.value, _("Documento de identidad del país de origen")


class StateKind(models.TextChoices):
    PREPARED = State.PREPARED.value, _("Preparada")
    CORRECTION = State.CORRECTION.value, _("Por corregir")
    ISSUED = State.ISSUED.value, _("Código emitido")
    REFUSED = State.REFUSED.value, pgettext_lazy("request", "Negada")
    WITHDRAWN = State.WITHDRAWN.value, pgettext_lazy("request", "Retirada")
    EXPIRED = State.EXPIRED.value, pgettext_lazy("request", "Caducada")


class PowerKind(models.TextChoices):
    SUBMITTED = PowerState.SUBMITTED.value, _("En revisión jurídica")
    VALIDATED = PowerState.VALIDATED.value, pgettext_lazy("power", "Validado")
    REFUSED = PowerState.REFUSED.value, pgettext_lazy("power", "Negado")


class Power(models.Model):
    """A notarial power, with what the employer says of it and what the legal unit of a province found."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="powers")
    document = models.CharField(max_length=20, choices=DocumentKind.choices)  # the attorney's
    number = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166, of a document issued abroad
    names = models.CharField(max_length=300)
    notary = models.CharField(max_length=200)
    deed = models.CharField(max_length=60)  # its number at the notary's
    granted_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)  # last day; none: until it is revoked
    scope = models.CharField(max_length=40)  # slug of data/powers.toml
    province = models.CharField(max_length=2, choices=[*PROVINCES.items()])  # whose legal unit judges it
    file = models.OneToOneField(ReceivedFile, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=PowerKind.choices, default=PowerState.SUBMITTED)
    submitted_at = models.DateTimeField()
    by_number = models.CharField(max_length=20)  # who submitted it
    checked_by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)  # of a refusal: slug of data/powers.toml
    text = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["employer", "-submitted_at"], name="powers_of_employer"),
            models.Index(
                fields=["province", "submitted_at"], condition=Q(state="submitted"), name="powers_to_check"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="submitted", checked_by=None, checked_at=None)
                | ~Q(state="submitted") & Q(checked_by__isnull=False, checked_at__isnull=False),
                name="power_checked_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") ^ ~Q(reason=""), name="power_refused_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="power_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"power {self.pk}"


class CodeRequest(models.Model):
    """What is asked for a foreigner: prepared by the employer's side, decided at a counter.

    The papers are printed with its number and its revision, and with a reference that opens it at a counter.
    """

    key = models.UUIDField(unique=True, default=uuid4, editable=False)  # in addresses
    digest = models.BinaryField(max_length=32, unique=True)  # keyed hash of the reference in the QR
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="code_requests")
    applicant = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Applicant])
    prepared_by = models.CharField(max_length=20, blank=True)  # with a key; empty: with an appointment
    prepared_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    revision = models.PositiveSmallIntegerField(default=1)  # of what is written; papers carry it

    # Who asks and signs: the employer, or who represents it by law
    signer_document = models.CharField(max_length=20, choices=DocumentKind.choices)
    signer_number = models.CharField(max_length=20)
    signer_country = models.CharField(max_length=2, blank=True)
    signer_names = models.CharField(max_length=300)

    # Who comes, where it is another person
    who_comes = models.CharField(max_length=30, choices=[(one.value, one.value) for one in WhoComes])
    comes_document = models.CharField(max_length=20, blank=True, choices=DocumentKind.choices)
    comes_number = models.CharField(max_length=20, blank=True)
    comes_names = models.CharField(max_length=300, blank=True)
    comes_passport = models.CharField(max_length=20, blank=True)  # or visa, beside a foreigner code
    comes_country = models.CharField(max_length=2, blank=True)  # of the passport or visa
    power = models.ForeignKey(Power, models.PROTECT, null=True, related_name="requests")
    appointment = models.ForeignKey(Appointment, models.PROTECT, null=True, related_name="+")

    # The foreigner, and the account of the request
    document = models.CharField(max_length=20, choices=ForeignDocument.choices)
    number = models.CharField(max_length=20)
    country = models.CharField(max_length=2)  # ISO 3166
    names = models.CharField(max_length=300)
    birth_on = models.DateField()
    account = models.TextField()

    # What the register of contracts has of them: the fields above by their names, as texts
    sut_state = models.CharField(max_length=12, choices=[(one.value, one.value) for one in SutState])
    sut = models.JSONField(default=dict)
    sut_at = models.DateTimeField(null=True)  # when it answered

    state = models.CharField(max_length=10, choices=StateKind.choices, default=State.PREPARED)
    opened_at = models.DateTimeField(null=True)  # first at a counter
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")  # that opened it last
    visit = models.UUIDField(null=True)  # of attendance, in which it was opened last
    by = models.ForeignKey(StaffMember, models.PROTECT, null=True, related_name="+")  # who decided it last
    decided_at = models.DateTimeField(null=True)  # issued, refused, or a correction asked for
    reason = models.CharField(max_length=40, blank=True)  # of that: slug of the catalogue
    text = models.CharField(max_length=500, blank=True)
    seen = models.JSONField(default=dict)  # requirement: document, by their slugs
    ended_at = models.DateTimeField(null=True)
    code = models.ForeignKey(IdentityNumber, models.PROTECT, null=True, related_name="code_requests")
    sheet = models.OneToOneField(IssuedDocument, models.PROTECT, null=True, related_name="+")
    printed = models.PositiveSmallIntegerField(default=0)  # times that the sheet was opened

    class Meta:
        indexes = [
            models.Index(fields=["employer", "-prepared_at"], name="requests_of_employer"),
            models.Index(fields=["document", "country", "number"], name="requests_by_document"),
            models.Index(
                fields=["changed_at"], condition=Q(state__in=["prepared", "correction"]), name="requests_live"
            ),
            models.Index(fields=["office", "-opened_at"], name="requests_of_office"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "document", "country", "number"],
                condition=Q(state__in=["prepared", "correction"]),
                name="one_live_request_a_document",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["prepared", "correction"], ended_at=None)
                | ~Q(state__in=["prepared", "correction"]) & Q(ended_at__isnull=False),
                name="request_over_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", code__isnull=False, decided_at__isnull=False, by__isnull=False)
                | ~Q(state="issued") & Q(code=None, sheet=None),
                name="request_issued_has_a_code",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["correction", "refused"])
                | ~Q(reason="") & Q(by__isnull=False, office__isnull=False, decided_at__isnull=False),
                name="request_sent_back_says_why",
            ),
            models.CheckConstraint(
                condition=Q(who_comes="employer", comes_number="", comes_names="")
                | ~Q(who_comes="employer") & ~Q(comes_number="") & ~Q(comes_names=""),
                name="request_names_who_comes",
            ),
            models.CheckConstraint(
                condition=Q(power=None) | Q(who_comes="attorney"), name="request_power_of_an_attorney"
            ),
        ]

    def __str__(self) -> str:
        return self.request_number

    @property
    def request_number(self) -> str:
        """The number on the papers: the year of preparation in Ecuador and a running number."""
        return f"E-{timezone.localtime(self.prepared_at).year}-{self.pk:07d}"


class ProvisionalEntry(models.Model):
    """An entry filed with the document of a worker who has no code yet; registered when the code is issued.

    The day on which it was filed decides whether it was in time.
    """

    request = models.ForeignKey(CodeRequest, models.PROTECT, related_name="entries")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="+")
    values = models.JSONField()  # of a line of the layout ENT, by field name, without the worker's number
    entered_on = models.DateField()
    filed_at = models.DateTimeField()
    by_number = models.CharField(max_length=20)
    complete_by = models.DateField()  # last day before both sides are told
    reminded_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=10, choices=[(one.value, one.value) for one in EntryState], default=EntryState.OPEN
    )
    ended_at = models.DateTimeField(null=True)
    # What kept it from becoming definite though the code was issued: codes of the checker
    findings = ArrayField(models.CharField(max_length=40), default=list)
    filing = models.ForeignKey(Filing, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name_plural = "provisional entries"
        indexes = [
            models.Index(fields=["complete_by"], condition=Q(state="open"), name="entries_to_complete"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "branch"], condition=Q(state="open"), name="one_open_entry_a_branch"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="entry_over_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(state="definite", filing__isnull=False) | ~Q(state="definite") & Q(filing=None),
                name="entry_definite_has_a_filing",
            ),
        ]

    def __str__(self) -> str:
        return f"provisional entry {self.pk}"
