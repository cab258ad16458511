from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from afilia.employers.rules import ChangeState, Document, Kind
from afilia.registries.rules import Standing


class EmployerKind(models.TextChoices):
    COMPANY = Kind.COMPANY.value, _("Empresa privada")
    PUBLIC = Kind.PUBLIC.value, _("Entidad pública")
    PERSON = Kind.PERSON.value, _("Persona natural ecuatoriana")
    FOREIGN_PERSON = Kind.FOREIGN_PERSON.value, _("Persona natural extranjera")
    DOMESTIC = Kind.DOMESTIC.value, _("Servicio doméstico")
    ARTISAN = Kind.ARTISAN.value, _("Artesano calificado")


class DocumentKind(models.TextChoices):
    CEDULA = Document.CEDULA.value, _("Cédula")
    FOREIGNER_CODE = Document.FOREIGNER_CODE.value, _("Código de extranjero")
    PASSPORT = Document.PASSPORT.value, _("Pasaporte")
    VISA = Document.VISA.value, _("Visa")


class Employer(models.Model):
    ruc = models.CharField(max_length=13, unique=True)
    kind = models.CharField(max_length=20, choices=EmployerKind.choices)
    name = models.CharField(max_length=300)
    email = models.EmailField(blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)  # by a code sent to it
    phone = models.CharField(max_length=16, blank=True)
    province = models.CharField(max_length=2, blank=True)  # code
    canton = models.CharField(max_length=100, blank=True)
    street = models.CharField(max_length=200, blank=True)
    # Raised by every change of this employer's labour history: a plan made at another version is made again.
    history_version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.ruc


class Branch(models.Model):
    """A branch as the institution numbers it, which is not the establishment of the SRI."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="branches")
    number = models.CharField(max_length=4)
    name = models.CharField(max_length=300)
    address = models.CharField(max_length=300, blank=True)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "number"], name="branch_number_once_per_employer"),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^\d{4}$"), name="branch_number_four_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Representative(models.Model):
    """Who acts for the employer by law; of a natural person and a domestic employer, that person."""

    employer = models.OneToOneField(Employer, models.PROTECT, related_name="representative")
    document = models.CharField(max_length=20, choices=DocumentKind.choices)
    number = models.CharField(max_length=20)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166, of a document issued abroad
    names = models.CharField(max_length=300)
    confirmed_at = models.DateTimeField(null=True)  # by the Registro Civil

    def __str__(self) -> str:
        return f"representative {self.pk}"


class Registration(models.Model):
    """An employer's registration through the portal. The request for the key carries its number."""

    employer = models.OneToOneField(Employer, models.PROTECT, related_name="registration")
    registered_at = models.DateTimeField()
    standing = models.CharField(  # at the SRI on that day; empty: a domestic employer
        max_length=20, blank=True, choices=[(state.value, state.value) for state in Standing]
    )
    collector_number = models.CharField(max_length=10, blank=True)  # a third party who may collect the key
    collector_names = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The year of registration in Ecuador and a running number."""
        return f"{timezone.localtime(self.registered_at).year}-{self.pk:08d}"


class EmailChange(models.Model):
    """Another e-mail for an employer, proved by a code, on its way into effect."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="email_changes")
    old = models.EmailField(blank=True)
    new = models.EmailField()
    asked_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    objection = models.BinaryField(max_length=32, unique=True)  # keyed hash of the token in the mail
    state = models.CharField(
        max_length=10,
        default=ChangeState.PENDING,
        choices=[(state.value, state.value) for state in ChangeState],
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employer"],
                condition=models.Q(state="pending"),
                name="one_pending_email_change_per_employer",
            )
        ]

    def __str__(self) -> str:
        return f"email change {self.pk}"
