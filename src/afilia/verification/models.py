from uuid import uuid4

from django.db import models

from afilia.notices.models import Message
from afilia.verification.rules import State


class Attempt(models.Model):
    """Somebody tries to prove that they read the mail of an address. Without an address all is for show."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    purpose = models.CharField(max_length=40)
    email = models.EmailField(blank=True)
    template = models.CharField(max_length=100)
    facts = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, default=State.OPEN, choices=[(state.value, state.value) for state in State]
    )
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["started_at"], name="attempts_by_age")]

    def __str__(self) -> str:
        return f"attempt {self.pk}"


class Code(models.Model):
    """One mail of an attempt: its code and its link, both kept as keyed hashes."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="codes")
    digest = models.BinaryField(max_length=32)
    link = models.BinaryField(max_length=32, unique=True)
    sent_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"code {self.pk}"


class Tally(models.Model):
    """How often something happened since a moment; what it was is a keyed hash."""

    what = models.BinaryField(max_length=32, primary_key=True)
    since = models.DateTimeField()
    times = models.IntegerField(default=1)

    class Meta:
        verbose_name_plural = "tallies"
        indexes = [models.Index(fields=["since"], name="tallies_by_start")]

    def __str__(self) -> str:
        return "tally"
