from uuid import uuid4

from django.db import models

from afilia.employers.models import Employer
from afilia.recovery.rules import Standing
from afilia.verification.models import Attempt


class Recovery(models.Model):
    """Somebody who says to be the holder of an employer's key and wants a new one."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    # No constraint: its check would wait for whoever changes the employer, and tell that there is one.
    employer = models.ForeignKey(
        Employer, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    number = models.CharField(max_length=10)  # cédula or foreigner code, as typed
    ruc = models.CharField(max_length=13)  # as typed, and so the branch
    branch = models.CharField(max_length=4)
    standing = models.CharField(
        max_length=20, choices=[(standing.value, standing.value) for standing in Standing]
    )
    code_attempt = models.OneToOneField(Attempt, models.CASCADE, related_name="+")
    link_attempt = models.OneToOneField(Attempt, models.SET_NULL, null=True, related_name="+")
    completed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "recoveries"

    def __str__(self) -> str:
        return f"recovery {self.pk}"
