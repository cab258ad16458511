"""Notarial powers, of an employer."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from afilia.employers.models import Employer
from afilia.foreigners.models import Power
from afilia.foreigners.rules.powers import PowerFault, Terms, fault
from afilia.foreigners.rules.states import PowerState
from afilia.foreigners.texts import powers


def for_employer(employer: Employer, *, by_number: str | None = None) -> QuerySet[Power]:
    """The powers of an employer, the latest first; with `by_number` those that this person handed in."""
    found = employer.powers.select_related("file").order_by("-submitted_at")
    return found if by_number is None else found.filter(by_number=by_number)


def of_employer(employer: Employer, *, power_id: UUID, by_number: str | None = None) -> Power | None:
    return for_employer(employer, by_number=by_number).filter(pk=power_id).first()


def fault_of(power: Power, *, on: date) -> PowerFault | None:
    """Why a power does not serve to ask for a code on a day; None when it does."""
    terms = Terms(
        state=PowerState(power.state),
        serves=powers().serves(power.scope),
        valid_from=power.valid_from,
        valid_until=power.valid_until,
    )
    return fault(terms, on=on)


def usable(employer: Employer, *, by_number: str | None = None, on: date) -> list[Power]:
    """The powers of an employer that an attorney may come with, or will when they are validated."""
    found = [(power, fault_of(power, on=on)) for power in for_employer(employer, by_number=by_number)]
    return [power for power, why in found if why in {None, PowerFault.SUBMITTED, PowerFault.NOT_YET}]
