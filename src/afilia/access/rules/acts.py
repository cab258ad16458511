"""What a person may do for an employer, in the groups in which an employer gives it away."""

from enum import StrEnum


class Act(StrEnum):
    ENTRIES_AND_EXITS = "entries-and-exits"
    PAY = "pay"  # pay, its kinds and days
    RESERVE_FUNDS = "reserve-funds"
    DEPENDENTS = "dependents"
    REQUESTS = "requests"  # appointments, codes for foreigners, the employer's own data and keys


class NotGivenError(Exception):
    """Somebody who helps an employer was not given this act; with None it is not for helpers at all."""

    def __init__(self, act: Act | None) -> None:
        super().__init__(act)
        self.act = act
