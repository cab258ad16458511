"""Reads of transparency: `ledger` for what is counted, `figures` for what is shown, `complaints`."""

from afilia.transparency.queries.ledger import (
    all_facts,
    by_subject,
    decisions_of,
    first_day,
    head,
    months_since,
    of_month,
    office_codes,
)

__all__ = [
    "all_facts",
    "by_subject",
    "decisions_of",
    "first_day",
    "head",
    "months_since",
    "of_month",
    "office_codes",
]
