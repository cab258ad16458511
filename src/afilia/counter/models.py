from uuid import uuid4

from django.db import models
from django.db.models import Q

from afilia.cases.models import Case
from afilia.counter.rules.handing import Road, State
from afilia.employers.models import DocumentKind, Employer
from afilia.offices.models import Office
from afilia.procedures.rules import WhoComes
from afilia.staff.models import StaffMember


class Handover(models.Model):
    """The handing over of a key by an official, from the papers seen to the key, or why there was none.

    The key stands nowhere in it. One printed again counts in `times`; the one before it opens nothing more.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    employer = models.ForeignKey(Employer, models.PROTECT, related_name="handovers")
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="handovers")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    by = models.ForeignKey(StaffMember, models.PROTECT, related_name="+")
    number = models.CharField(max_length=10, blank=True)  # with which the person signs in
    who_comes = models.CharField(max_length=30, choices=[(one.value, one.value) for one in WhoComes])
    came_document = models.CharField(max_length=20, blank=True, choices=DocumentKind.choices)
    came_number = models.CharField(max_length=20, blank=True)
    came_names = models.CharField(max_length=300, blank=True)
    email = models.EmailField(blank=True)  # of the employer, in the papers
    seen = models.JSONField(default=dict)  # requirement: document, by their slugs
    agreement = models.CharField(max_length=20, blank=True)  # version of the text that was accepted
    road = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in Road])
    again = models.CharField(max_length=500, blank=True)  # why another key, in a supervisor's words
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in State])
    reason = models.CharField(max_length=40, blank=True)  # of a refusal: slug of the catalogue
    text = models.CharField(max_length=500, blank=True)  # of a refusal
    prepared_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)  # the last time
    times = models.PositiveSmallIntegerField(default=0)
    link = models.BinaryField(max_length=32, unique=True, null=True)  # keyed hash of the token in the mail
    tries = models.PositiveSmallIntegerField(default=0)  # wrong numbers typed behind the link
    key_changed_at = models.DateTimeField(null=True)  # of the key that waits behind the link
    used_at = models.DateTimeField(null=True)  # the link

    class Meta:
        indexes = [
            models.Index(fields=["employer", "-prepared_at"], name="handovers_of_employer"),
            models.Index(fields=["prepared_at"], condition=Q(state="prepared"), name="handovers_prepared"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="given", given_at__isnull=False, times__gt=0)
                | ~Q(state="given") & Q(given_at=None, times=0),
                name="handover_given_has_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") ^ ~Q(reason=""), name="handover_refused_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="refused") | ~Q(number="") & ~Q(came_number="") & ~Q(road=""),
                name="handover_says_who_and_how",
            ),
            models.CheckConstraint(condition=Q(link=None) | Q(road="link"), name="handover_link_by_mail"),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"
