from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from afilia.access.models import Authenticator, BrowserSession, Device, SpareCode
from afilia.offices.models import Office
from afilia.staff.rules import Role

ROLES = [role.value for role in Role]


class StaffMember(models.Model):
    """The account of an official. The key is kept as an Argon2 hash; a leaver's account stays, ended."""

    email = models.EmailField(unique=True)  # institutional, in small letters
    names = models.CharField(max_length=120)
    office = models.ForeignKey(Office, models.PROTECT, null=True, blank=True, related_name="staff")
    province = models.CharField(max_length=2, blank=True)  # of who has no office; empty then: national
    roles = ArrayField(models.CharField(max_length=20, choices=[(role, role) for role in ROLES]))
    encoded = models.CharField(max_length=200)
    changed_at = models.DateTimeField()  # the key
    handed_until = models.DateTimeField(null=True, blank=True)  # a key handed over: only good to choose one
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower(F("email"))), name="staff_email_in_small_letters"),
            models.CheckConstraint(
                condition=Q(roles__len__gt=0) & Q(roles__contained_by=ROLES), name="staff_has_known_roles"
            ),
            models.CheckConstraint(
                condition=Q(office=None) | Q(province=""), name="staff_of_an_office_or_a_province"
            ),
            models.CheckConstraint(
                condition=~Q(roles__contains=[Role.COUNTER.value]) | Q(office__isnull=False),
                name="staff_at_a_counter_has_an_office",
            ),
        ]

    def __str__(self) -> str:
        return f"staff member {self.pk}"


class StaffSession(BrowserSession):
    """A browser in which an official is signed in."""

    member = models.ForeignKey(StaffMember, models.CASCADE, related_name="sessions")
    member_changed_at = models.DateTimeField()  # of the key that opened it; another key ends it


class StaffDevice(Device):
    """A browser in which an official has signed in."""

    member = models.ForeignKey(StaffMember, models.CASCADE, related_name="devices")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "digest"], name="staff_device_known_once"),
        ]


class StaffFactor(Authenticator):
    """The authenticator app of an official, without whose code none signs in."""

    member = models.OneToOneField(StaffMember, models.CASCADE, related_name="factor")
    begun_in = models.BinaryField(max_length=32)  # digest of the browser's session that saw the secret


class StaffRecoveryCode(SpareCode):
    """A recovery code of an official."""

    factor = models.ForeignKey(StaffFactor, models.CASCADE, related_name="recovery_codes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["factor", "digest"], name="staff_recovery_code_once"),
        ]
