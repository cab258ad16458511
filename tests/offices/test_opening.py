from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from afilia.offices.rules import Opening, Shut, Stretch, do_overlap, is_usual, slots

QUITO, GALAPAGOS = ZoneInfo("America/Guayaquil"), ZoneInfo("Pacific/Galapagos")
MADRID = ZoneInfo("Europe/Madrid")
MONDAY = date(2026, 11, 23)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)  # Sundays on which clocks change in Madrid


def opening(*hours: tuple[int, time, time], zone: ZoneInfo = QUITO, **changes: object) -> Opening:
    stretches = tuple(Stretch(weekday=day, opens=opens, closes=closes) for day, opens, closes in hours)
    return Opening(**{"stretches": stretches, "zone": zone, "since": date(2020, 1, 1)} | changes)


def starts(on: date, of: Opening, minutes: int = 60, shut: tuple[Shut, ...] = ()) -> list[str]:
    """The local times at which places begin."""
    found = slots(on, opening=of, minutes=minutes, shut=shut)
    return [f"{slot.starts_at.astimezone(of.zone):%H:%M}" for slot in found]


def test_a_day_has_whole_places_only() -> None:
    of = opening((0, time(8), time(10, 30)))
    assert starts(MONDAY, of) == ["08:00", "09:00"]
    assert starts(MONDAY, of, 25)[-1] == "10:05"
    assert starts(MONDAY + timedelta(days=1), of) == []


def test_two_stretches_of_a_day_leave_the_time_between_out() -> None:
    of = opening((0, time(8), time(10)), (0, time(14), time(16)))
    assert starts(MONDAY, of) == ["08:00", "09:00", "14:00", "15:00"]


def test_nine_in_the_galapagos_is_ten_on_the_mainland() -> None:
    hours = (0, time(9), time(10))
    (there,) = slots(MONDAY, opening=opening(hours, zone=GALAPAGOS), minutes=60)
    (here,) = slots(MONDAY, opening=opening(hours), minutes=60)
    assert there.starts_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert there.starts_at - here.starts_at == timedelta(hours=1)


def test_hours_past_midnight_belong_to_the_day_on_which_each_place_begins() -> None:
    of = opening((0, time(22), time(2)))
    assert starts(MONDAY, of) == ["22:00", "23:00"]
    assert starts(MONDAY + timedelta(days=1), of) == ["00:00", "01:00"]
    assert starts(MONDAY, of, 45)[-1] == "23:30"
    assert starts(MONDAY + timedelta(days=1), of, 45) == ["00:15", "01:00"]


def test_an_office_may_close_at_midnight() -> None:
    assert starts(MONDAY, opening((0, time(22), time(0)))) == ["22:00", "23:00"]
    assert starts(MONDAY + timedelta(days=1), opening((0, time(22), time(0)))) == []


def test_a_night_when_clocks_go_forward_has_an_hour_less() -> None:
    of = opening((6, time(0), time(6)), zone=MADRID)
    assert starts(SPRING, of) == ["00:00", "01:00", "03:00", "04:00", "05:00"]
    assert len(starts(SPRING + timedelta(days=7), of)) == 6


def test_a_night_when_clocks_go_back_has_an_hour_more_and_its_places_do_not_overlap() -> None:
    of = opening((6, time(0), time(6)), zone=MADRID)
    assert starts(AUTUMN, of) == ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00", "05:00"]
    found = slots(AUTUMN, opening=of, minutes=30)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


def test_an_hour_that_clocks_skip_or_repeat_is_open_only_by_both_readings() -> None:
    assert starts(SPRING, opening((6, time(2, 30), time(5)), zone=MADRID), 30)[0] == "03:30"
    assert starts(AUTUMN, opening((6, time(2), time(4)), zone=MADRID), 30)[:2] == ["02:00", "02:30"]
    assert len(starts(AUTUMN, opening((6, time(2), time(4)), zone=MADRID))) == 2


@pytest.mark.parametrize(
    ("shut", "left"),
    [
        (Shut(on=MONDAY), []),
        (Shut(on=MONDAY, until_time=time(9)), ["09:00", "10:00"]),
        (Shut(on=MONDAY, from_time=time(9), until_time=time(9, 1)), ["08:00", "10:00"]),
        (Shut(on=MONDAY, from_time=time(10)), ["08:00", "09:00"]),
        (Shut(on=MONDAY + timedelta(days=1)), ["08:00", "09:00", "10:00"]),
    ],
)
def test_what_is_closed_leaves_out_the_places_that_reach_into_it(shut: Shut, left: list[str]) -> None:
    assert starts(MONDAY, opening((0, time(8), time(11))), shut=(shut,)) == left


def test_a_place_that_reaches_past_midnight_into_a_closed_day_is_left_out() -> None:
    of = opening((0, time(22), time(2)))
    assert starts(MONDAY, of, 90) == ["22:00", "23:30"]
    assert starts(MONDAY, of, 90, shut=(Shut(on=MONDAY + timedelta(days=1)),)) == ["22:00"]


def test_closing_a_part_keeps_the_positions_of_the_other_places() -> None:
    of, shut = opening((0, time(8), time(11))), (Shut(on=MONDAY, until_time=time(9)),)
    assert [slot.position for slot in slots(MONDAY, opening=of, minutes=60, shut=shut)] == [1, 2]


def test_an_office_has_a_first_and_a_last_day() -> None:
    of = opening((0, time(8), time(9)), since=MONDAY, until=MONDAY + timedelta(days=7))
    days = [MONDAY + timedelta(days=7 * week) for week in range(-1, 3)]
    assert [len(starts(on, of)) for on in days] == [0, 1, 1, 0]


def test_a_day_beside_a_change_of_clocks_is_not_usual() -> None:
    assert [is_usual(SPRING + timedelta(days=day), MADRID) for day in (-2, -1, 0, 1, 2)] == [
        *(True, False, False, False, True)
    ]
    assert is_usual(SPRING, QUITO)


@pytest.mark.parametrize(
    ("hours", "overlap"),
    [
        ([(0, time(8), time(12)), (0, time(12), time(16))], False),
        ([(0, time(8), time(12)), (0, time(11), time(16))], True),
        ([(0, time(22), time(2)), (1, time(1), time(3))], True),
        ([(0, time(22), time(2)), (1, time(2), time(3))], False),
        ([(6, time(22), time(2)), (0, time(1), time(3))], True),  # from Sunday into Monday
    ],
)
def test_hours_that_overlap_are_found(hours: list[tuple[int, time, time]], overlap: bool) -> None:
    assert do_overlap(opening(*hours).stretches) is overlap
