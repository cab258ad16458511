from datetime import date, datetime, time, timedelta

import pytest

from afilia.appointments import actions, queries
from afilia.appointments.queries.availability import policy
from afilia.appointments.rules.states import RefusedError
from afilia.offices.models import Office
from afilia.offices.provinces import BY_CODE
from tests.appointments.builders import (
    CODE_PROCEDURE,
    GALAPAGOS,
    KEY_PROCEDURE,
    MONDAY,
    NOW,
    at,
    book,
    hold,
    make_agenda,
    make_office,
    wait,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def places(office: Office, on: date = MONDAY, *, now: datetime = NOW) -> int:
    """What the list of days says of a day, after seeing that its hours say the same."""
    found = {day.on: day.places for day in queries.days(office, KEY_PROCEDURE, now=now)}
    hours = queries.hours(office, KEY_PROCEDURE, on, now=now)
    assert found.get(on, 0) == sum(place.places for place in hours)
    return found.get(on, 0)


def test_a_day_counts_what_is_booked_held_and_offered_and_not_what_is_over() -> None:
    agenda = make_agenda()
    assert places(agenda.office) == 36
    booked, _ = book(agenda, at(8)), hold(agenda, at(9))
    assert places(agenda.office) == 34
    assert places(agenda.office, now=NOW + timedelta(minutes=5)) == 35
    wait()
    actions.cancel(appointment_id=booked.pk, now=NOW)
    assert places(agenda.office) == 34  # offered to who waits


def test_every_day_says_as_many_places_as_its_hours() -> None:
    agenda = make_agenda(make_office(counters=3), seats=3, minutes=25)
    for day in (2, 3, 9, 20):
        for hour in (8, 13):
            hours = queries.hours(agenda.office, KEY_PROCEDURE, MONDAY + day * DAY, now=NOW)
            for place in [place for place in hours if place.places and place.starts_at.hour == hour + 5]:
                book(agenda, place.starts_at)
    found = queries.days(agenda.office, KEY_PROCEDURE, now=NOW)
    assert len(found) > 35
    for day in found:
        assert places(agenda.office, day.on) == day.places


def test_the_calendar_goes_on_for_ever_and_places_are_released_in_parts() -> None:
    agenda = make_agenda()
    release = policy().release
    for weeks in (0, 4, 40):
        now = NOW + weeks * 7 * DAY
        found = {day.on: day.places for day in queries.days(agenda.office, KEY_PROCEDURE, now=now)}
        today = now.date()
        assert max(found) > today + (release.horizon - 5) * DAY
        assert max(found) <= today + release.horizon * DAY
        for on, count in found.items():
            assert abs(count - 36 * release.percent((on - today).days) / 100) <= 1


def test_what_is_not_released_yet_cannot_be_held() -> None:
    agenda, on = make_agenda(), MONDAY + 49 * DAY
    shown = {place.starts_at for place in queries.hours(agenda.office, KEY_PROCEDURE, on, now=NOW)}
    assert 0 < len(shown) < 36
    for hour in range(8, 17):
        starts_at = at(hour, on=on)
        if starts_at not in shown:
            with pytest.raises(RefusedError, match="no-place"):
                hold(agenda, starts_at)


def test_of_today_only_what_begins_late_enough_is_left() -> None:
    agenda = make_agenda()
    assert places(agenda.office, now=at(12)) == 18  # from half past twelve on
    assert places(agenda.office, now=at(16, 20)) == 0
    assert MONDAY not in {day.on for day in queries.days(agenda.office, KEY_PROCEDURE, now=at(17))}


def test_a_holiday_is_no_day_at_all() -> None:
    agenda = make_agenda()
    assert date(2026, 12, 25) not in {day.on for day in queries.days(agenda.office, KEY_PROCEDURE, now=NOW)}


def test_a_day_of_the_galapagos_is_that_of_the_galapagos() -> None:
    agenda = make_agenda(make_office(province="20", city="Puerto Baquerizo Moreno"))
    first = queries.hours(agenda.office, KEY_PROCEDURE, MONDAY, now=NOW)[0]
    assert first.starts_at == at(8, zone=GALAPAGOS) == at(9)
    midnight = at(0, on=MONDAY + DAY)  # Tuesday on the mainland, Monday at eleven at night there
    assert {day.on for day in queries.days(agenda.office, KEY_PROCEDURE, now=midnight)} >= {MONDAY + DAY}
    assert book(agenda, at(16, 45, zone=GALAPAGOS)).on == MONDAY


def test_a_place_after_midnight_counts_on_the_day_on_which_it_begins() -> None:
    agenda = make_agenda(make_office(opens=time(22), closes=time(2), weekdays=range(1)))
    assert (places(agenda.office), places(agenda.office, MONDAY + DAY)) == (8, 8)
    booked = book(agenda, at(0, 15, on=MONDAY + DAY))
    assert booked.on == MONDAY + DAY
    assert (places(agenda.office), places(agenda.office, MONDAY + DAY)) == (8, 7)
    assert places(agenda.office, MONDAY + DAY, now=at(23, 50)) == 6  # it begins in twenty-five minutes


def test_only_offices_that_do_the_procedure_are_offered() -> None:
    here, there = make_agenda(), make_agenda(procedures=[CODE_PROCEDURE])
    closed = make_agenda(make_office(open_to=NOW.date() - DAY))
    retired = make_agenda(seats=0)
    found = queries.offices_for(KEY_PROCEDURE, province="17", on=NOW.date())
    assert found == [here.office]
    assert {there.office, closed.office, retired.office}.isdisjoint(found)
    assert queries.provinces_for(KEY_PROCEDURE, on=NOW.date()) == ["17"]
    assert {*queries.province_days("17", KEY_PROCEDURE, now=NOW)} == {here.office.pk}


def test_the_next_free_place_is_looked_for_in_the_province_and_then_near_it() -> None:
    later = make_agenda(make_office(open_from=MONDAY + DAY))
    near = make_agenda(make_office(province="10", city="Ibarra"))
    make_agenda(make_office(province="09", city="Guayaquil"))  # borders on other provinces
    assert "10" in BY_CODE["17"].neighbours
    found = queries.next_free("17", KEY_PROCEDURE, now=NOW)
    assert [(each.office, each.place.starts_at) for each in found] == [
        (later.office, at(8, on=MONDAY + DAY)),
        (near.office, at(8)),
    ]
    book(near, at(8))
    assert queries.next_free("17", KEY_PROCEDURE, now=NOW)[1].place.starts_at == at(8, 15)
    assert len(queries.next_free("17", KEY_PROCEDURE, now=NOW, most=1)) == 1
