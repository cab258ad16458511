from django.db import models

from afilia.notices.rules import State


class Message(models.Model):
    """An e-mail in the outbox: written with the change that it tells of, sent by a job afterwards.

    The text of a secret one is sealed, and wiped once nothing is left to do with it. One to nobody goes all
    the way but is never sent.
    """

    to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    sealed = models.BinaryField(null=True)
    attachments = models.BinaryField(null=True)  # sealed like a secret text, and wiped with it
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # it is not sent from then on
    tried_at = models.DateTimeField(null=True)  # last time that the mail server did not take it
    reached_at = models.DateTimeField(null=True)  # first time that the mail server greeted for it
    sent_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=10, default=State.WAITING, choices=[(state.value, state.value) for state in State]
    )

    class Meta:
        indexes = [
            models.Index(fields=["written_at"], condition=models.Q(state="waiting"), name="messages_waiting")
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
