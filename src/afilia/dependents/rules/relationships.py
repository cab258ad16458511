"""What a relationship asks of a dependent and gives, as dated data says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Relationship:
    code: str
    one: bool  # of these a worker has one at a time, and a person is one worker's at a time
    least_age: int  # full years on the first day
    under_age: int | None  # the last day is the one before that birthday
    contribution: Decimal | None  # per cent of the worker's pay; None: free of charge
    proofs: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The relationships valid on a day, by code."""

    relationships: Mapping[str, Relationship]
    disability_from: int  # per cent; from there on no age ends a registration


def limit_on(birth_on: date, *, relationship: Relationship, disability: int, terms: Terms) -> date | None:
    """The last day that the age allows, None where no age ends it; `disability` is in per cent."""
    if relationship.under_age is None or disability >= terms.disability_from:
        return None
    year = birth_on.year + relationship.under_age
    try:
        birthday = birth_on.replace(year=year)
    except ValueError:  # the 29th of February
        birthday = date(year, 2, 28)
    return birthday - timedelta(days=1)
