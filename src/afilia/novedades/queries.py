from datetime import date

from django.db.models import Q

from afilia.employers.models import Branch, Employer
from afilia.workers.models import Employment


def active_employments(employer: Employer, *, on: date) -> int:
    """How many employments of an employer are active on a day; a worker in two branches has two."""
    return Employment.objects.filter(Q(left_on__isnull=True) | Q(left_on__gt=on), employer=employer).count()


def branch_numbers(employer: Employer, *, allowed: frozenset[str] | None) -> list[str]:
    """The numbers of the branches that a user may file for; `allowed` None is all of the employer's."""
    numbers = Branch.objects.filter(employer=employer).order_by("number").values_list("number", flat=True)
    return [number for number in numbers if allowed is None or number in allowed]
