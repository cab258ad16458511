from django.db import models

from afilia.employers.models import Branch, Employer


class EmployerKey(models.Model):
    """What opens the portal for one person and one employer. The key itself is kept as an Argon2 hash."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="keys")
    number = models.CharField(max_length=10)  # cédula or foreigner code of the person
    encoded = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    branches = models.ManyToManyField(Branch, blank=True)  # empty: every branch of the employer

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "number"], name="one_key_per_person_and_employer"),
            # The keys of one person share their salt, so the same hash is the same key.
            models.UniqueConstraint(fields=["number", "encoded"], name="a_key_opens_one_employer"),
        ]

    def __str__(self) -> str:
        return f"employer key {self.pk}"


class SignInTries(models.Model):
    """Tries without success of one identification number at one address, under a keyed hash of both."""

    pair = models.BinaryField(max_length=32, primary_key=True)
    wrong = models.SmallIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return "sign-in tries"
