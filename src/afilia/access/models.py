from django.db import models

from afilia.employers.models import Branch, Employer


class EmployerKey(models.Model):
    """What opens the portal for one person and one employer. The key itself is kept as an Argon2 hash."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="keys")
    number = models.CharField(max_length=10)  # cédula or foreigner code of the person
    encoded = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    branches = models.ManyToManyField(Branch, blank=True, through="KeyBranch")  # empty: all of the employer's

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "number"], name="one_key_per_person_and_employer"),
            # The keys of one person share their salt, so the same hash is the same key.
            models.UniqueConstraint(fields=["number", "encoded"], name="a_key_opens_one_employer"),
        ]

    def __str__(self) -> str:
        return f"employer key {self.pk}"


class KeyBranch(models.Model):
    """One of the branches that a key is for. It protects the branch: without its last one a key opens all."""

    employerkey = models.ForeignKey(EmployerKey, models.CASCADE)
    branch = models.ForeignKey(Branch, models.PROTECT)

    class Meta:
        db_table = "access_employerkey_branches"
        unique_together = [("employerkey", "branch")]  # as the table has it since it was Django's own

    def __str__(self) -> str:
        return f"branch {self.branch_id} of employer key {self.employerkey_id}"


class SignInTries(models.Model):
    """Tries without success of one identification number at one address, under a keyed hash of both."""

    pair = models.BinaryField(max_length=32, primary_key=True)
    wrong = models.SmallIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return "sign-in tries"
