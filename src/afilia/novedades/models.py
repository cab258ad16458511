"""The labour history: filings and their novedades. Append-only; a trigger refuses updates and deletions."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from afilia.documents.models import IssuedDocument
from afilia.employers.models import Employer
from afilia.workers.models import Employment


class Channel(models.TextChoices):
    BATCH = "batch", _("Carga batch")
    FORM = "form", _("Aviso de entrada y salida")


class Filing(models.Model):
    """What an employer handed in at one moment. Its receipt carries its number."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="filings")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    by_number = models.CharField(max_length=20)  # identification of the person who filed
    filed_at = models.DateTimeField()
    # Of the form that was sent, so that the same form sent again files nothing; null for a batch.
    token = models.UUIDField(null=True, unique=True)
    # Why something that was registered is corrected, annulled or taken back: a slug of data/reasons.toml.
    reason = models.CharField(max_length=40, blank=True, db_default="")
    explanation = models.CharField(max_length=500, blank=True, db_default="")

    class Meta:
        indexes = [models.Index(fields=["employer", "-filed_at"], name="filings_of_employer")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number on the receipt: the year of filing in Ecuador and a running number."""
        return f"{timezone.localtime(self.filed_at).year}-{self.pk:08d}"


class Novedad(models.Model):
    """One event in the labour history: line `line` of filing `filing`.

    The natural key, which is the primary key, says what the event is about: the employment, the type, the
    subject (built from the fields that the layout names) and the revision. Revision 0 is the first filing; a
    correction is a new row with the next revision and supersedes the one before. The highest revision is in
    force, unless it is `annulled`: then nothing is. Filing and line have no unique index: a second one would
    double the time of writing.

    The table is divided by type (docs/decisions/0003): each has a part of its own in the database.

    The two references are not enforced by the database: a check for every row doubles the time of a large
    batch. Both ids come from the transaction that writes the row (docs/decisions/0003).
    """

    pk = models.CompositePrimaryKey("employment_id", "kind", "subject", "revision")
    filing = models.ForeignKey(
        Filing, models.DO_NOTHING, related_name="novedades", db_constraint=False, db_index=False
    )
    line = models.IntegerField()
    employment = models.ForeignKey(
        Employment, models.DO_NOTHING, related_name="novedades", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=3)
    period = models.IntegerField()  # YYYYMM
    subject = models.CharField(max_length=40, blank=True)
    revision = models.SmallIntegerField(default=0)
    amount = models.DecimalField(max_digits=13, decimal_places=2, null=True)  # US$
    due_on = models.DateField(null=True)
    annulled = models.BooleanField(default=False, db_default=False)  # takes the subject out of force
    details = models.JSONField(null=True)  # the other fields of the record, by their names in the layout

    class Meta:
        # Rows lie in the order in which they were filed.
        indexes = [
            BrinIndex(fields=["filing"], autosummarize=True, name="novedades_of_filing"),
            models.Index(fields=["employment"], condition=Q(annulled=True), name="novedades_annulled"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.filing_id}/{self.line}"


class FirstFiled(models.Model):
    """When what a line of a filing says was filed first, for one that replaces another novedad, or puts it
    in force again. It decides whether the line is late.
    """

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="first_filed")
    line = models.IntegerField()
    on_date = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "line"], name="first_filed_once")]

    def __str__(self) -> str:
        return f"{self.filing_id}/{self.line}"


class EarlierEmployment(models.Model):
    """An employment that was on record before a notice of entry said it, and the pay that was: an annulled
    notice leaves it so.
    """

    employment = models.OneToOneField(Employment, models.PROTECT, primary_key=True, related_name="earlier")
    entry_pay = models.DecimalField(max_digits=13, decimal_places=2, null=True)  # US$

    def __str__(self) -> str:
        return f"employment {self.employment_id}"


class FilingReceipt(models.Model):
    """The signed receipt of what was filed by a form; a batch keeps its own."""

    filing = models.OneToOneField(Filing, models.PROTECT, primary_key=True, related_name="receipt")
    document = models.OneToOneField(IssuedDocument, models.PROTECT, related_name="filing")

    def __str__(self) -> str:
        return f"receipt of {self.filing_id}"
