from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from afilia.access.rules.acts import Act
from afilia.access.rules.helping import Side
from afilia.employers.models import Branch, Employer

ACTS = [act.value for act in Act]


class BrowserSession(models.Model):
    """One browser in which somebody is signed in, from a sign-in to its end."""

    digest = models.BinaryField(max_length=32, unique=True)  # keyed hash of the session's number
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # to the minute
    ended_at = models.DateTimeField(null=True, blank=True)
    browser = models.CharField(max_length=40, blank=True)
    system = models.CharField(max_length=40, blank=True)
    network = models.CharField(max_length=50, blank=True)  # the block of the address

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"session {self.pk}"


class Device(models.Model):
    """A browser in which somebody has signed in, known by a cookie that is kept only as a keyed hash."""

    digest = models.BinaryField(max_length=32, db_index=True)  # of the person and the cookie
    seen_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"known device {self.pk}"


class Authenticator(models.Model):
    """Somebody's authenticator app; it counts from `confirmed_at` on."""

    sealed = models.BinaryField()  # the secret, encrypted
    begun_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)  # of the last code that was used: none counts twice

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"second factor {self.pk}"


class SpareCode(models.Model):
    """A code in place of the authenticator app's, good once."""

    digest = models.BinaryField(max_length=32)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"recovery code {self.pk}"


class EmployerKey(models.Model):
    """What opens the portal for one person and one employer, or for an accountant.

    The key itself is kept as an Argon2 hash.
    """

    # None: of an accountant, which by itself opens no employer.
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="keys", null=True)
    number = models.CharField(max_length=10)  # cédula or foreigner code of the person
    encoded = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    handed_until = models.DateTimeField(null=True, blank=True)  # a key handed over: only good to choose one
    branches = models.ManyToManyField(Branch, blank=True, through="KeyBranch")  # empty: all of the employer's

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["employer", "number"], name="one_key_per_person_and_employer"),
            # The keys of one person share their salt, so the same hash is the same key.
            models.UniqueConstraint(fields=["number", "encoded"], name="a_key_opens_one_employer"),
        ]

    def __str__(self) -> str:
        return f"employer key {self.pk}"

    @property
    def subject(self) -> str:
        """What the ledger's entries about the key are about."""
        return f"key:{self.pk}" if self.employer_id is None else f"employer:{self.employer_id}"


class KeyBranch(models.Model):
    """One of the branches that a key is for. It protects the branch: without its last one a key opens all."""

    employerkey = models.ForeignKey(EmployerKey, models.CASCADE)
    branch = models.ForeignKey(Branch, models.PROTECT)

    class Meta:
        db_table = "access_employerkey_branches"
        unique_together = [("employerkey", "branch")]  # as the table has it since it was Django's own

    def __str__(self) -> str:
        return f"branch {self.branch_id} of employer key {self.employerkey_id}"


class Accountant(models.Model):
    """Who helps employers, with a key of their own. An account is for one number and one e-mail.

    Employers vouch for both together: who opened an account with another's number and an own e-mail is given
    nothing that was meant for that other person.
    """

    key = models.OneToOneField(EmployerKey, models.CASCADE, related_name="accountant")
    email = models.EmailField()  # in small letters
    names = models.CharField(max_length=300)
    confirmed_at = models.DateTimeField(null=True)  # by the Registro Civil
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"accountant {self.pk}"


class Delegation(models.Model):
    """The access that an employer gives to an accountant, from the invitation on. Rows stay."""

    employer = models.ForeignKey(Employer, models.PROTECT, related_name="delegations")
    number = models.CharField(max_length=10)
    email = models.EmailField()  # in small letters
    key = models.ForeignKey(EmployerKey, models.PROTECT, null=True, related_name="delegations")
    acts = ArrayField(models.CharField(max_length=20, choices=[(act, act) for act in ACTS]), blank=True)
    branches = models.ManyToManyField(Branch, blank=True, through="DelegationBranch")  # empty: all
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)  # the last day
    link = models.BinaryField(max_length=32, unique=True)  # keyed hash of the token in the mail
    invited_at = models.DateTimeField()
    invited_by = models.CharField(max_length=10)  # number of the person with the employer's key
    lapses_at = models.DateTimeField()  # unless it is accepted
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(
        max_length=10, blank=True, choices=[(side.value, side.value) for side in Side]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "number"], condition=Q(ended_at=None), name="one_access_of_a_person"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="access_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, key=None) | Q(accepted_at__isnull=False, key__isnull=False),
                name="accepted_with_a_key",
            ),
            models.CheckConstraint(condition=Q(acts__contained_by=ACTS), name="access_to_known_acts"),
        ]

    def __str__(self) -> str:
        return f"delegation {self.pk}"


class DelegationBranch(models.Model):
    """One of the branches that an access is for. It protects the branch: without any it is for all."""

    delegation = models.ForeignKey(Delegation, models.CASCADE)
    branch = models.ForeignKey(Branch, models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delegation", "branch"], name="branch_once_of_an_access"),
        ]

    def __str__(self) -> str:
        return f"branch {self.branch_id} of delegation {self.delegation_id}"


class Tries(models.Model):
    """Tries without success in one bucket of a limit, under a keyed hash of what the bucket is for."""

    bucket = models.BinaryField(max_length=32, primary_key=True)
    wrong = models.IntegerField(default=0)
    at = models.DateTimeField()  # as in rules.limits.Count

    def __str__(self) -> str:
        return "tries"


class KeySession(BrowserSession):
    """A browser signed in with a key."""

    key = models.ForeignKey(EmployerKey, models.CASCADE, related_name="sessions")
    key_changed_at = models.DateTimeField()  # of the key that opened it; another key ends it
    delegation = models.ForeignKey(Delegation, models.SET_NULL, null=True)  # for whom an accountant works now


class KnownDevice(Device):
    """A browser in which a key was used."""

    key = models.ForeignKey(EmployerKey, models.CASCADE, related_name="devices")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "digest"], name="device_known_once_per_key"),
        ]


class SecondFactor(Authenticator):
    """The authenticator app of a key."""

    key = models.OneToOneField(EmployerKey, models.CASCADE, related_name="second_factor")
    begun_in = models.BigIntegerField(null=True)  # the KeySession that saw the secret; it alone confirms


class RecoveryCode(SpareCode):
    """A recovery code of the second factor of a key."""

    second_factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["second_factor", "digest"], name="recovery_code_once"),
        ]
