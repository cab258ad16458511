"""What two people who are found to be one have registered twice."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from afilia.workers.rules import JoinRefusal


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One dependent of one of the two; `person` is the key of the dependent, where the number is known."""

    key: int
    employer: int
    document: str
    number: str
    person: int | None
    one: bool  # of these a worker has one at a time
    until_on: date | None

    def is_of(self, other: "Registration") -> bool:
        """Whether both are the same dependent's with the same employer."""
        if self.employer != other.employer:
            return False
        known = self.person is not None and self.person == other.person
        return known or (self.document, self.number) == (other.document, other.number)

    def outlasts(self, other: "Registration") -> bool:
        return other.until_on is not None and (self.until_on is None or self.until_on > other.until_on)


def repeated(mine: Iterable[Registration], theirs: Sequence[Registration]) -> list[Registration]:
    """Those of the other that the person has as well."""
    return [other for one, other in product(mine, theirs) if one.is_of(other)]


def refusals(
    mine: Sequence[Registration], theirs: Sequence[Registration]
) -> Iterator[tuple[JoinRefusal, int]]:
    """What keeps them from being one person's, each with the key of the employer."""
    both = repeated(mine, theirs)
    for one, other in product(mine, theirs):
        if one.is_of(other) and other.outlasts(one):
            yield JoinRefusal.DEPENDENTS, one.employer
        open_ones = one.one and other.one and one.until_on is None and other.until_on is None
        if open_ones and one.employer == other.employer and other not in both:
            yield JoinRefusal.PARTNERS, one.employer
