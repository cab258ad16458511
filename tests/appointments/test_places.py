from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.appointments.policy import AppointmentPolicy, limits
from afilia.appointments.rules.places import Release, released, released_seats
from afilia.appointments.rules.states import State, may_change
from afilia.kit.environment import Environment, SettingError
from tests.appointments.builders import NOW

RELEASE = Release(steps=((3, 100), (14, 70), (60, 30)))


@pytest.mark.parametrize(
    ("ahead", "percent"), [(-1, 0), (0, 100), (3, 100), (4, 70), (14, 70), (15, 30), (60, 30), (61, 0)]
)
def test_places_are_released_in_steps(ahead: int, percent: int) -> None:
    assert RELEASE.percent(ahead) == percent


@given(slots=st.integers(0, 60), seats=st.integers(1, 9), less=st.integers(1, 100), more=st.integers(1, 100))
def test_a_place_once_released_stays_so_and_the_share_is_kept(
    slots: int, seats: int, less: int, more: int
) -> None:
    less, more = sorted((less, more))
    for slot in range(slots):
        assert {*released_seats(slot, seats=seats, percent=less)} <= {
            *released_seats(slot, seats=seats, percent=more)
        }
    assert abs(released(slots, seats=seats, percent=more) - slots * seats * more / 100) <= 4
    assert released(slots, seats=seats, percent=100) == slots * seats


def test_a_released_share_is_spread_over_the_day() -> None:
    with_places = [slot for slot in range(36) if released_seats(slot, seats=1, percent=30)]
    gaps = [after - before for before, after in pairwise(with_places)]
    assert max(gaps) <= 5
    assert with_places[0] == 0


@pytest.mark.parametrize(
    ("text", "steps"),
    [("60:100", ((60, 100),)), ("3:100,14:70", ((3, 100), (14, 70)))],
)
def test_a_release_is_read(text: str, steps: tuple[tuple[int, int], ...]) -> None:
    policy = AppointmentPolicy.read(Environment({"AFILIA_APPOINTMENT_RELEASE": text}))
    assert policy.release.steps == steps


@pytest.mark.parametrize(
    "text", ["", ",", "3", "3:0", "3:101", "14:70,3:100", "3:50,14:70", "3:100,3:70", "-1:100"]
)
def test_a_release_that_is_none_is_refused(text: str) -> None:
    variables = {"AFILIA_APPOINTMENT_RELEASE": text}
    if not text:  # unset
        assert AppointmentPolicy.read(Environment(variables)).release.horizon == 60
        return
    with pytest.raises(SettingError, match="AFILIA_APPOINTMENT_RELEASE"):
        AppointmentPolicy.read(Environment(variables))


@pytest.mark.parametrize(
    "name",
    [
        "AFILIA_APPOINTMENT_OFFER_MINUTES",
        "AFILIA_APPOINTMENT_REMINDER_HOURS",
        "AFILIA_APPOINTMENT_KEEP_DAYS",
        "AFILIA_APPOINTMENTS_PER_CONTACT",
    ],
)
def test_a_number_that_makes_no_sense_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(SettingError, match=f"{name} is 0; it must be 1 or more"):
        AppointmentPolicy.read(Environment({name: "0"}))


def test_limits_leave_room_before_they_close() -> None:
    assert {*limits()} == {"person", "email", "phone", "address", "block"}
    assert all(0 < limit.free < limit.most for limit in limits().values())


@pytest.mark.parametrize("state", [*State])
def test_only_what_is_confirmed_and_has_not_begun_changes(state: State) -> None:
    for seconds, ahead in ((1, True), (0, False)):
        starts_at = NOW.replace(second=seconds)
        assert may_change(state, starts_at=starts_at, now=NOW) is (ahead and state is State.CONFIRMED)
