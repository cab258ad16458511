from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Entry(models.Model):
    """One row of the ledger. Each carries the hash of the one before; triggers refuse changes."""

    at = models.DateTimeField()
    event = models.CharField(max_length=60)  # dotted: "batch.registered"
    actor = models.CharField(max_length=60)  # "holder:<id>", "staff:<id>", "system"
    subject = models.CharField(max_length=80)  # "batch:<uuid>", "employer:<id>"
    facts = models.JSONField(default=dict)  # counts, codes, digests; never names, salaries or secrets
    previous = models.BinaryField(max_length=32, unique=True)
    digest = models.BinaryField(max_length=32, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject"], name="ledger_by_subject"),
            BrinIndex(fields=["at"], name="ledger_by_time", autosummarize=True),  # rows come in that order
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.event}"
