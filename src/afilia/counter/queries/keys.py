"""Whose key is handed over, on what papers, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from afilia.access.models import EmployerKey
from afilia.appointments.models import Appointment
from afilia.attendance import queries as attendance
from afilia.attendance.models import Visit
from afilia.cases.models import Case
from afilia.cases.queries import desk as cases
from afilia.cases.queries import facts as case_facts
from afilia.cases.rules.moves import State as CaseState
from afilia.counter.models import Handover
from afilia.counter.rules import handing
from afilia.counter.rules.handing import HeldKey, Road, Standing, State
from afilia.employers import queries as employers
from afilia.employers.models import Employer, Registration, Representative
from afilia.employers.rules import ISSUED_ABROAD, same_email
from afilia.employers.rules import Document as Identity
from afilia.identifiers.typed import plain
from afilia.kit import codes
from afilia.offices.models import Office
from afilia.procedures.catalogue import load
from afilia.procedures.rules import (
    Applicant,
    Channel,
    Document,
    Procedure,
    Reason,
    ReasonKind,
    Requirement,
    WhoComes,
    reasons,
)
from afilia.staff.rules import Staff
from afilia.workers import queries as people

MOST_FOUND = 20
CEDULA_DIGITS = 10


@dataclass(frozen=True, kw_only=True)
class AtCounter:
    """Who stands at an official's counter, as far as it is known, and the employers that it may be about."""

    visit: Visit
    appointment: Appointment | None
    employers: Sequence[Employer]


def procedure() -> Procedure:
    return load().procedures[handing.PROCEDURE]


def who_may_come() -> tuple[WhoComes, ...]:
    way = procedure().way(Channel.COUNTER)
    return way.who_comes if way else ()


def office(staff: Staff) -> Office | None:
    """The official's own office; who is of no office stands at no counter."""
    return None if staff.office_id is None else Office.objects.get(pk=staff.office_id)


def find(typed: str) -> list[Employer]:
    """Employers by a RUC, a number of registration, or the cédula of who represents them or may collect."""
    if found := employers.registration(typed):
        return [found.employer]
    number = plain(typed)
    numbers = people.numbers_of(number)
    wanted = Q(ruc=number) | Q(representative__number__in=numbers)
    if len(number) == CEDULA_DIGITS:
        rucs = [f"{one}{ending}" for one in numbers for ending in ("001", "000")]
        wanted |= Q(ruc__in=rucs) | Q(registration__collector_number__in=numbers)
    return list(_employers().filter(wanted).order_by("name", "pk").distinct()[:MOST_FOUND])


def employer(employer_id: int) -> Employer | None:
    return _employers().filter(pk=employer_id).first()


def representative(employer: Employer) -> Representative | None:
    return Representative.objects.filter(employer=employer).first()


def at_counter(staff: Staff, *, now: datetime) -> AtCounter | None:
    """Who was called to the official's counter and is still there."""
    own = office(staff)
    day = attendance.day_for_office(own, attendance.today(own, now=now)) if own else None
    counter = attendance.counter_of(day, staff.id)
    visit = attendance.visit_at(counter) if counter else None
    if visit is None:
        return None
    booked = visit.appointment
    numbers = [booked.ruc, booked.number] if booked else [visit.identification]
    found = {one.pk: one for number in numbers if number for one in find(number)}
    return AtCounter(visit=visit, appointment=booked, employers=list(found.values()))


def waiting_cases(staff: Staff) -> list[Case]:
    """The approved cases whose key the official's office hands over, the oldest first."""
    approved = cases.visible(staff).filter(
        state=CaseState.APPROVED, procedure=handing.PROCEDURE, office=staff.office_id
    )
    return list(approved.order_by("moved_at", "pk"))


def case_of(staff: Staff, employer: Employer) -> Case | None:
    """The employer's approved case, when the official's office hands its key over."""
    return next((case for case in waiting_cases(staff) if case.employer_id == employer.pk), None)


def standing(employer: Employer, *, number: str) -> Standing:
    """How far the person with that number, or another of the same person, is with the employer's key."""
    own = people.numbers_of(number)
    return handing.standing(
        [
            HeldKey(number=number if key.number in own else key.number, is_chosen=key.handed_until is None)
            for key in _keys(employer)
        ],
        number=number,
    )


def waiting_key(employer: Employer) -> EmployerKey | None:
    """The key that was handed over and waits for the person to choose another, expired or not."""
    return _keys(employer).filter(handed_until__isnull=False).order_by("-changed_at").first()


def papers(
    employer: Employer, person: Representative, *, who_comes: WhoComes, road: Road, case: Case | None
) -> list[Requirement]:
    """What is to be seen before a key is handed over. Of an approved case nothing, where nobody comes."""
    if case is not None and road is Road.LINK:
        return []
    return handing.papers(
        procedure(),
        applicant=Applicant(employer.kind),
        who_comes=who_comes,
        identity=person.document,
        settled={one.slug for one in case_facts.requirements(case)} if case else frozenset(),
    )


def is_linkable(employer: Employer, *, email: str) -> bool:
    """Whether a link may go to that address: it is the one on record, and somebody proved to read it."""
    return employer.email_verified_at is not None and same_email(employer.email, email)


def needs_foreigner_code(person: Representative) -> bool:
    """Whether the person has no number to sign in with."""
    return Identity(person.document) in ISSUED_ABROAD


def is_unexpected(handover: Handover) -> bool:
    """Whether a third party came whom the registration does not name, but the signed paper at most."""
    if handover.who_comes == WhoComes.EMPLOYER:
        return False
    named = Registration.objects.filter(employer=handover.employer_id, collector_number=handover.came_number)
    return not named.exists()


def refusals() -> list[Reason]:
    """The reasons for which no key is given."""
    return reasons(load(), procedure(), ReasonKind.REFUSAL)


def seen_papers(handover: Handover) -> list[Document]:
    """The documents that an official saw."""
    documents = load().documents
    return [documents[slug] for slug in handover.seen.values()]


def is_changed(handover: Handover) -> bool:
    """Whether the key that was given is no longer the one that waits: used, or replaced by another."""
    waiting = waiting_key(handover.employer)
    return handover.given_at is not None and (waiting is None or waiting.changed_at != handover.given_at)


def history(employer: Employer) -> Sequence[Handover]:
    """What was handed over for an employer or refused, the latest first."""
    rows = Handover.objects.filter(employer=employer).exclude(state=State.PREPARED)
    return list(rows.select_related("office", "by").order_by("-prepared_at", "-pk"))


def handover_for_staff(staff: Staff, handover_id: UUID) -> Handover | None:
    """A handing over of the official's office, with or without its key yet."""
    rows = _handovers().exclude(state=State.REFUSED)
    return rows.filter(pk=handover_id, office=staff.office_id).first()


def handover_for_change(handover_id: UUID) -> Handover:
    """Locked until the transaction ends. Raises Handover.DoesNotExist."""
    return _handovers().select_for_update(of=("self",)).get(pk=handover_id)


def is_overtaken(handover: Handover) -> bool:
    """Whether the employer's key was handed over by another after the papers of this one were seen."""
    later = Handover.objects.filter(employer=handover.employer_id, given_at__gte=handover.prepared_at)
    return later.exclude(pk=handover.pk).exists()


def of_link(digest: bytes, *, now: datetime) -> tuple[Handover, EmployerKey] | None:
    """The handing over whose mail carried a link, with the key behind it, while the link is good."""
    found = _handovers().filter(link=digest, used_at=None, tries__lt=handing.LINK_TRIES).first()
    if found is None or found.key_changed_at is None:
        return None
    key = _keys(found.employer).filter(
        number=found.number, changed_at=found.key_changed_at, handed_until__gt=now
    )
    behind = key.select_related("employer").first()
    return None if behind is None else (found, behind)


def link_digest(token: str) -> bytes:
    return codes.digest(settings.SECRET_KEY, purpose="counter-link", typed=token)


def reference(number: str) -> str:
    """An identification number as the ledger knows it: the same for the same person, and readable by none."""
    return codes.digest(settings.CODES_KEY, purpose="counter-visitor", typed=number).hex()[:16]


def prepared_before(at: datetime) -> QuerySet[Handover]:
    return Handover.objects.filter(state=State.PREPARED, prepared_at__lt=at)


def _employers() -> QuerySet[Employer]:
    return Employer.objects.select_related("representative", "registration")


def _keys(employer: Employer) -> QuerySet[EmployerKey]:
    return EmployerKey.objects.filter(employer=employer)


def _handovers() -> QuerySet[Handover]:
    return Handover.objects.select_related("employer", "office", "by", "case")
