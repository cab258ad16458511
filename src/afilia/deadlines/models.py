from django.db import models

from afilia.deadlines.rules import Kind, When
from afilia.employers.models import Employer


class Feed(models.Model):
    """The private link to a calendar; it lives while the person has a key to the employer."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="deadline_feeds")
    number = models.CharField(max_length=20)  # of the person
    digest = models.BinaryField(max_length=32, unique=True)  # keyed hash of what the link carries
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["employer", "number"], name="one_feed_for_a_person")]

    def __str__(self) -> str:
        return f"feed {self.pk}"


class Silence(models.Model):
    """An employer that wants no warnings."""

    employer = models.OneToOneField(Employer, models.CASCADE, primary_key=True, related_name="silence")
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"silence {self.pk}"


class Warned(models.Model):
    """A warning that was posted, so that it is posted once."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="warned")
    kind = models.CharField(max_length=15, choices=[(kind.value, kind.value) for kind in Kind])
    month = models.DateField()
    moment = models.CharField(max_length=10, choices=[(when.value, when.value) for when in When])
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "kind", "month", "moment"], name="warned_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month}"
