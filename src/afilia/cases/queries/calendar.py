"""Days where a case is decided."""

from collections.abc import Callable
from datetime import date, datetime

from afilia.offices import holidays
from afilia.offices.provinces import BY_CODE

SATURDAY = 5


def working_days(province: str) -> Callable[[date], bool]:
    """Whether a day is a working day in a province; with none, in the country. No city's holidays count."""

    def is_working(on: date) -> bool:
        return on.weekday() < SATURDAY and on not in holidays.between(on, on, province=province, city="")

    return is_working


def today(province: str, now: datetime) -> date:
    """The day that it is in a province."""
    return now.astimezone(BY_CODE[province].zone).date()
