from django.db import models
from django.utils.translation import gettext_lazy as _

from afilia.employers.models import Branch, Employer
from afilia.identifiers.foreign import LONGEST_NUMBER, DocumentKind
from afilia.workers.rules import RowKey

PROVINCE = "(0[1-9]|1[0-9]|2[0-4]|30|50)"  # as in identifiers.person


class Person(models.Model):
    """One human being, with one or several identity numbers over time."""

    names = models.CharField(max_length=300, blank=True)  # empty until a register confirms the identity
    birth_on = models.DateField(null=True, blank=True)
    identity_confirmed_at = models.DateTimeField(null=True, blank=True)  # by a register or an official

    class Meta:
        indexes = [models.Index(fields=["birth_on"], name="people_by_birth")]

    def __str__(self) -> str:
        return f"person {self.pk}"


class IdentityKind(models.TextChoices):
    CEDULA = "cedula", _("Cédula")
    FOREIGNER_CODE = "foreigner-code", _("Código de extranjero")


class IdentityNumber(models.Model):
    """A number by which a person is known. It is never deleted, so that it never becomes somebody else's.

    A cédula begins with the code of a province, and a foreigner code never does: the two cannot collide.
    """

    number = models.CharField(max_length=10, unique=True)
    kind = models.CharField(max_length=20, choices=IdentityKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, related_name="numbers")

    class Meta:
        indexes = [
            models.Index(
                fields=["person"],
                condition=models.Q(kind="foreigner-code"),
                name="people_with_foreigner_code",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="cedula", number__regex=f"^{PROVINCE}[0-9]{{8}}$")
                | models.Q(kind="foreigner-code", number__regex=f"^(?!{PROVINCE})[0-9]{{10}}$"),
                name="number_of_its_kind",
            ),
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(kind="cedula"), name="one_cedula_per_person"
            ),
        ]

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


class IdentityDocumentKind(models.TextChoices):
    PASSPORT = DocumentKind.PASSPORT.value, _("Pasaporte")
    VISA = DocumentKind.VISA.value, _("Visa")
    HOME = DocumentKind.HOME.value, _("Documento de identidad del país de origen")


class IdentityDocument(models.Model):
    """A document of another country with which a person proved who they are."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=20, choices=IdentityDocumentKind.choices)
    country = models.CharField(max_length=2)  # ISO 3166, who issued it
    number = models.CharField(max_length=LONGEST_NUMBER)

    class Meta:
        indexes = [models.Index(fields=["number"], name="documents_by_number")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "country", "number"], name="document_once"),
            models.CheckConstraint(
                condition=models.Q(country__regex="^[A-Z]{2}$") & ~models.Q(number=""),
                name="document_with_country_and_number",
            ),
        ]

    def __str__(self) -> str:
        return f"identity document {self.pk}"


class CodeSeries(models.Model):
    """The serial of the last foreigner code that was issued with a prefix. Its lock makes them follow."""

    prefix = models.CharField(max_length=8, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.prefix


class Join(models.Model):
    """Two people found to be one: all that was the other's is the person's, until it is undone.

    The person's names and day of birth before it are kept, to be put back.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="joins")
    other = models.ForeignKey(Person, models.PROTECT, related_name="joined_to")
    joined_at = models.DateTimeField()
    by = models.CharField(max_length=60)  # as the ledger names who acts
    reason = models.CharField(max_length=40)  # slug of the data of who asks
    text = models.TextField(blank=True)
    names = models.CharField(max_length=300, blank=True)
    birth_on = models.DateField(null=True)
    identity_confirmed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=60, blank=True)
    undone_reason = models.CharField(max_length=40, blank=True)
    undone_text = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["other"], condition=models.Q(undone_at=None), name="joined_to_one_person"
            ),
            models.CheckConstraint(condition=~models.Q(person=models.F("other")), name="joins_two_people"),
        ]

    def __str__(self) -> str:
        return f"join {self.pk}"


class JoinedRow(models.Model):
    """A row that was one of the two people's when they were joined."""

    join = models.ForeignKey(Join, models.PROTECT, related_name="rows")
    table = models.CharField(max_length=100)  # label of the model: "workers.employment"
    field = models.CharField(max_length=100)  # that refers to the person
    key = models.CharField(max_length=40)
    came = models.BooleanField()  # it was the other's

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["join", "table", "field", "key"], name="joined_row_once")
        ]

    def __str__(self) -> str:
        return f"row of join {self.join_id}"

    @property
    def row_key(self) -> RowKey:
        return RowKey(table=self.table, field=self.field, key=self.key)
