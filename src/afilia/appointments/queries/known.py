"""What is known of who is signed in, so that it need not be typed again."""

from dataclasses import dataclass

from afilia.access.queries import Holder
from afilia.employers.models import Representative
from afilia.workers import queries as people


@dataclass(frozen=True, kw_only=True)
class Known:
    """Empty where nothing is known."""

    number: str
    names: str
    email: str  # verified
    phone: str
    applicant: str  # kind of employer
    ruc: str
    province: str


def known_of(holder: Holder) -> Known:
    employer = holder.employer
    person = Representative.objects.filter(
        employer=employer, number__in=people.numbers_of(holder.number)
    ).first()
    return Known(
        number=holder.number,
        names=person.names if person else "",
        email=employer.email if employer.email_verified_at else "",
        phone=employer.phone,
        applicant=employer.kind,
        ruc=employer.ruc,
        province=employer.province,
    )
