from uuid import uuid4

from django.db import models

from afilia.employers.models import Registration


class Draft(models.Model):
    """A registration on its way, with the answers so far; open only to the browser that began it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    started_at = models.DateTimeField()
    sealed = models.BinaryField(null=True)  # nothing once the employer is registered
    registration = models.ForeignKey(Registration, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["started_at"], name="drafts_by_age")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Uses(models.Model):
    """How often something was done from one network in the hour since `since`, under a keyed hash of both."""

    what = models.BinaryField(max_length=32, primary_key=True)
    count = models.IntegerField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return "uses"
