import uuid

from django.db import models

from afilia.employers.models import Employer
from afilia.payroll.rules.states import Refusal, State


class Comparison(models.Model):
    """An employer's list of workers beside the labour history, in one month."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="payroll_comparisons")
    by_number = models.CharField(max_length=20)
    own_to = models.CharField(max_length=20, blank=True)  # a person with some branches alone; else for all
    branches = models.JSONField(null=True)  # numbers of those compared; null: all
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    month = models.DateField()  # its first day
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in State], default=State.WORKING
    )
    refusal = models.CharField(
        max_length=20, blank=True, choices=[(reason.value, reason.value) for reason in Refusal]
    )
    headings = models.JSONField(default=list)  # of the columns of the list
    columns = models.JSONField(default=dict)  # name of what is compared → place of the column
    attempt = models.IntegerField(default=1)  # names the file of the differences
    received_at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True)
    history_version = models.BigIntegerField(null=True)  # of the employer, when it was compared
    summary = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["employer", "-received_at"], name="comparisons_of_employer")]
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "sha256", "month", "own_to"], name="same_list_same_comparison"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Heading(models.Model):
    """What an employer said a heading of its lists means."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="payroll_headings")
    heading = models.CharField(max_length=200)  # as rules.columns.plain writes it
    means = models.CharField(max_length=30, blank=True)  # name of a column; empty: nothing that is compared

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "heading"], name="heading_means_one_thing")
        ]

    def __str__(self) -> str:
        return f"heading {self.pk}"
