"""Months, and what is said of one: from a sheet, from the ledger, or that there is nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.transparency.rules.counting import Published

DECEMBER = YEAR = 12


class Source(StrEnum):
    SHEET = "sheet"  # the table of the official sheet
    LEDGER = "ledger"
    NONE = "none"  # neither: the zero means that nothing was published


@dataclass(frozen=True, kw_only=True)
class Month:
    """Attentions and complaints of a procedure in a month."""

    on: date  # its first day
    attended: int
    complaints: int
    source: Source
    is_over: bool
    since: date | None = None  # of the ledger, where it began after the first day

    @property
    def is_known(self) -> bool:
        """Whether anybody counted."""
        return self.source is not Source.NONE


def first_of(on: date) -> date:
    return on.replace(day=1)


def after(on: date) -> date:
    """The first day of the month after that of a day."""
    return date(on.year + (on.month == DECEMBER), on.month % DECEMBER + 1, 1)


def back(on: date, months: int) -> date:
    """The first day of the month so many months before that of a day."""
    year, month = divmod(on.year * YEAR + on.month - 1 - months, YEAR)
    return date(year, month + 1, 1)


def between(first: date, last: date) -> Iterator[date]:
    """The months from that of a day to that of another, by their first days."""
    on = first_of(first)
    while on <= last:
        yield on
        on = after(on)


def series(
    published: Mapping[date, Published],
    counted: Mapping[date, Published],
    *,
    first: date,
    ledger_from: date | None,
    today: date,
) -> list[Month]:
    """Every month from `first` to today's, none left out.

    What a sheet published stands. From `ledger_from` on the ledger counts, and its zero is one; before, and
    where there is no ledger yet, a month that no sheet tells of is a zero of Source.NONE.
    """
    found = []
    for on in between(first, today):
        if on in published:
            told, source = published[on], Source.SHEET
        elif ledger_from is not None and on >= first_of(ledger_from):
            told, source = counted.get(on, Published(attended=0, complaints=0)), Source.LEDGER
        else:
            told, source = Published(attended=0, complaints=0), Source.NONE
        found.append(
            Month(
                on=on,
                attended=told.attended,
                complaints=told.complaints,
                source=source,
                is_over=after(on) <= today,
                since=ledger_from if source is Source.LEDGER and ledger_from and on < ledger_from else None,
            )
        )
    return found
