from django.db import models


class Message(models.Model):
    """An e-mail in the outbox: written with the change that it tells of, sent by a job afterwards."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["written_at"], condition=models.Q(sent_at__isnull=True), name="messages_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
