from django.db import models
from django.utils.translation import gettext_lazy as _

from afilia.employers.models import Branch, Employer


class Person(models.Model):
    """One human being, with one or several identity numbers over time."""

    names = models.CharField(max_length=300, blank=True)  # empty until a register confirms the identity
    birth_on = models.DateField(null=True, blank=True)
    identity_confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"person {self.pk}"


class IdentityKind(models.TextChoices):
    CEDULA = "cedula", _("Cédula")
    FOREIGNER_CODE = "foreigner-code", _("Código de extranjero")


class IdentityNumber(models.Model):
    number = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=20, choices=IdentityKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="numbers")

    def __str__(self) -> str:
        return f"identity number {self.pk}"


class Employment(models.Model):
    """A worker in a branch from an entry to an exit, both days included. State, derived from the history."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="employments")
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="employments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="employments")
    entered_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)
    # Its notice of entry was annulled: there was no such employment. Another one of that day revives it.
    annulled = models.BooleanField(default=False, db_default=False)
    # US$ a month, of the notice of entry in force. It is kept here too: the history is wide, and every change
    # of pay asks what was paid before.
    entry_pay = models.DecimalField(max_digits=13, decimal_places=2, null=True, blank=True)
    # The person's names in capitals without accents. A trigger copies them here, so that one index lists and
    # searches all the workers of an employer (migration 0002).
    listed_as = models.CharField(max_length=300, db_collation="C", default="", db_default="", editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["employer", "person"], name="employment_by_employer"),
            models.Index(
                fields=["employer", "listed_as", "id"],
                include=["branch", "person", "left_on"],
                condition=models.Q(annulled=False),
                name="employment_in_lists",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["person", "branch", "entered_on"], name="employment_once"),
            models.UniqueConstraint(
                fields=["person", "branch"],
                condition=models.Q(left_on__isnull=True, annulled=False),
                name="one_active_employment_per_branch",
            ),
            models.CheckConstraint(
                condition=models.Q(left_on__isnull=True) | models.Q(left_on__gte=models.F("entered_on")),
                name="exit_not_before_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"employment {self.pk}"
