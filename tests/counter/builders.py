"""Made-up employers who come for their key, officials at counters, and the papers that they see."""

from datetime import datetime
from typing import Any

from afilia.cases import actions as cases
from afilia.cases.models import Case
from afilia.counter import actions
from afilia.counter.actions import Papers
from afilia.counter.models import Handover
from afilia.counter.queries import keys as queries
from afilia.counter.rules.handing import Road
from afilia.employers.models import Employer, Registration
from afilia.offices.models import Office
from afilia.procedures.rules import WhoComes
from afilia.staff import queries as staff_queries
from afilia.staff.rules import Role, Staff
from tests.builders import NOW, cedula, make_taxpayer
from tests.cases.builders import make_official as make_decider
from tests.cases.builders import make_registration, make_reviewed, tick
from tests.staff.builders import make_office, make_staff

THIRD = WhoComes.AUTHORISED_THIRD_PARTY


def make_clerk(*roles: Role, office: Office | None = None) -> Staff:
    """An official of an office: of its counter unless roles are given."""
    return staff_queries.staff(make_staff(*(roles or (Role.COUNTER,)), office=office or make_office()))


def make_applicant(*, collector: str = "", **changes: Any) -> Employer:
    """An employer registered through the portal, active at the SRI, as the desk finds it."""
    registration = make_registration(**changes)
    if collector:
        names = "TERCERA PRUEBA ROSA"
        Registration.objects.filter(pk=registration.pk).update(
            collector_number=collector, collector_names=names
        )
    make_taxpayer(registration.employer.ruc)
    found = queries.employer(registration.employer_id)
    assert found is not None
    return found


def make_papers(employer: Employer, *, case: Case | None = None, **changes: Any) -> Papers:
    """All that the checklist asks for, seen; of the representative on paper unless told otherwise."""
    fields: dict[str, Any] = {"who_comes": WhoComes.EMPLOYER, "email": employer.email, "road": Road.SHEET}
    fields |= changes
    if fields["who_comes"] is THIRD:
        fields = {"came_number": cedula(), "came_names": "TERCERA PRUEBA ROSA"} | fields
    asked = queries.papers(
        employer,
        employer.representative,
        who_comes=fields["who_comes"],
        road=fields["road"],
        case=case,
    )
    seen = {one.slug: one.options[0].document.slug for one in asked}
    return Papers(**({"seen": seen} | fields))


def make_prepared(
    employer: Employer, by: Staff, *, case: Case | None = None, now: datetime = NOW, **changes: Any
) -> Handover:
    papers = make_papers(employer, case=case, **changes)
    return actions.prepare(employer=employer, case=case, papers=papers, by=by, now=now)


def give(handover: Handover, by: Staff, *, seen: int = 0, now: datetime = NOW) -> str | None:
    return actions.give(handover_id=handover.pk, seen=seen, by=by, now=now)


def make_approved(office: Office, *, now: datetime = NOW) -> Case:
    """A case approved for an office to hand over its key; the employer is active at the SRI."""
    decider = make_decider()
    case = tick(make_reviewed(decider), decider)
    make_taxpayer(case.employer.ruc)
    return cases.approve(case_id=case.pk, office=office, by=decider, now=now)
