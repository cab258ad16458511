from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from afilia.access.queries import Holder, holder_of
from afilia.batches import queries as batches
from afilia.batches.rules import State
from afilia.deadlines.models import Feed, Silence, Warned
from afilia.deadlines.rules import Due, When
from afilia.employers.models import Employer
from afilia.kit import codes
from afilia.novedades.queries import active_on
from afilia.payroll import queries as payroll
from afilia.payroll.models import Comparison
from afilia.payroll.rules.states import State as ComparisonState
from afilia.workers.models import Employment

PURPOSE = "deadlines.feed"


def digest(token: str) -> bytes:
    """What the link of a calendar is known by in the database."""
    return codes.digest(settings.CODES_KEY, purpose=PURPOSE, typed=token)


def feed_of(holder: Holder) -> Feed | None:
    return Feed.objects.filter(employer=holder.employer, number=holder.number).first()


def feed(token: str) -> Feed | None:
    """The calendar behind a link, while the person whose it is has a key to the employer."""
    found = Feed.objects.select_related("employer").filter(digest=digest(token)).first()
    return found if found and holder_of(found.employer, number=found.number) else None


def is_silent(employer: Employer) -> bool:
    return Silence.objects.filter(employer=employer).exists()


@dataclass(frozen=True, kw_only=True)
class Open:
    """What is known to be open: files not confirmed, and what the last list of payroll shows."""

    unconfirmed: int
    comparison: Comparison | None
    late: int  # differences whose day has passed

    @property
    def is_anything(self) -> bool:
        return bool(self.unconfirmed or self.late)


def open_for_holder(holder: Holder, *, today: date) -> Open:
    return _open(
        batches.for_holder(holder).filter(state=State.PLANNED).count(),
        payroll.for_holder(holder).filter(state=ComparisonState.COMPARED).first(),
        today,
    )


def open_for_employer(employer: Employer, *, today: date) -> Open:
    """What is open for the whole employer."""
    compared = Comparison.objects.filter(employer=employer, own_to="", state=ComparisonState.COMPARED)
    return _open(
        batches.for_employer(employer).filter(state=State.PLANNED).count(),
        compared.order_by("-received_at").first(),
        today,
    )


def _open(unconfirmed: int, comparison: Comparison | None, today: date) -> Open:
    late = payroll.overdue(comparison, today=today) if comparison else 0
    return Open(unconfirmed=unconfirmed, comparison=comparison if late else None, late=late)


def to_warn(due: Due, moment: When, *, today: date) -> QuerySet[Employer]:
    """Employers with active workers and a verified e-mail that want warnings and did not get this one."""
    done = Warned.objects.filter(employer=OuterRef("pk"), kind=due.kind, month=due.month, moment=moment)
    works = Employment.objects.filter(active_on(today), employer=OuterRef("pk"), annulled=False)
    return Employer.objects.filter(
        ~Exists(done), Exists(works), ~Q(email=""), email_verified_at__isnull=False, silence__isnull=True
    ).order_by("pk")
