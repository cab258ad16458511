from django.db import models
from django.utils.translation import gettext_lazy as _


class EmployerKind(models.TextChoices):
    COMPANY = "company", _("Empresa privada")
    PUBLIC = "public", _("Entidad pública")
    PERSON = "person", _("Persona natural ecuatoriana")
    FOREIGN_PERSON = "foreign-person", _("Persona natural extranjera")
    DOMESTIC = "domestic", _("Servicio doméstico")
    ARTISAN = "artisan", _("Artesano calificado")


class Employer(models.Model):
    ruc = models.CharField(max_length=13, unique=True)
    kind = models.CharField(max_length=20, choices=EmployerKind.choices)
    name = models.CharField(max_length=300)
    email = models.EmailField(blank=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)  # by a code sent to it
    # Raised by every change of this employer's labour history: a plan made at another version is made again.
    history_version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.ruc


class Branch(models.Model):
    """A branch as the institution numbers it, which is not the establishment of the SRI."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="branches")
    number = models.CharField(max_length=4)
    name = models.CharField(max_length=300)
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
