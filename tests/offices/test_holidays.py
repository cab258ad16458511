import tomllib
from datetime import date, time
from pathlib import Path

import pytest

from afilia.offices import holidays, queries
from afilia.offices.models import Closure
from tests.appointments.builders import MONDAY, NOW, make_office


def on(day: date, *, province: str = "17", city: str = "Quito") -> bool:
    return day in holidays.between(day, day, province=province, city=city)


@pytest.mark.parametrize(
    ("day", "province", "city", "closed"),
    [
        (date(2026, 12, 25), "17", "Quito", True),
        (date(2026, 11, 3), "09", "Guayaquil", True),
        (date(2026, 11, 24), "17", "Quito", False),
        (date(2026, 12, 7), "17", "Quito", True),  # the 6th is a Sunday
        (date(2026, 12, 7), "17", "Cayambe", False),
        (date(2026, 12, 7), "09", "Guayaquil", False),
        (date(2027, 7, 26), "09", "GUAYAQUIL", True),  # a Sunday again
        (date(2026, 2, 20), "20", "Puerto Ayora", True),  # the province's, from Wednesday to Friday
        (date(2027, 8, 9), "17", "Quito", True),
        (date(2027, 8, 10), "17", "Quito", False),  # the exception: taken the day before
    ],
)
def test_holidays_are_national_of_a_province_or_of_a_city(
    day: date, province: str, city: str, closed: bool
) -> None:
    assert on(day, province=province, city=city) is closed


@pytest.mark.parametrize(
    ("day", "taken"),
    [(7, 7), (8, 7), (9, 11), (10, 11), (11, 11), (12, 11), (13, 14)],  # from Monday 7 June 2027 on
)
def test_a_holiday_never_cuts_a_week(day: int, taken: int) -> None:
    assert holidays.taken_on(date(2027, 6, day)) == date(2027, 6, taken)


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 12, 25), {"es": "Navidad", "en": "Christmas Day"}),
        (date(2026, 12, 7), {"es": "Fundación de Quito", "en": "Foundation of Quito"}),
    ],
)
@pytest.mark.django_db
def test_a_holiday_has_its_name_in_the_language_of_the_page(day: date, names: dict[str, str]) -> None:
    office = make_office()
    for language, name in names.items():
        assert queries.closed_because(office, day, language=language) == name


def test_every_holiday_of_ours_has_a_name_in_each_language(settings: object) -> None:
    spoken = {code for code, _ in settings.LANGUAGES}  # type: ignore[attr-defined]
    data = tomllib.loads((Path(holidays.__file__).parent / "data" / "holidays.toml").read_text("utf-8"))
    assert {*holidays.LANGUAGES} == spoken
    for each in [*data["local"], *data["exception"]]:
        assert {language for language, name in each["name"].items() if name} == spoken


@pytest.mark.django_db
def test_an_office_says_why_it_is_closed() -> None:
    office, other = make_office(), make_office(province="09", city="Guayaquil")
    Closure.objects.create(office=office, on=MONDAY, reason="Sin luz", made_at=NOW)
    Closure.objects.create(province="09", on=MONDAY, from_time=time(12), reason="Paro", made_at=NOW)
    assert queries.closed_because(office, MONDAY, language="es") == "Sin luz"
    assert queries.closed_because(other, MONDAY, language="es") == ""  # only a part of the day
    shut = queries.closed([office, other], first=MONDAY, last=MONDAY)
    assert [each.because for each in shut[other.pk][MONDAY]] == ["Paro"]
