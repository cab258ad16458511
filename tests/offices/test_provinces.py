from datetime import UTC, datetime, timedelta

from afilia.offices.provinces import BY_CODE, PROVINCES, code_of

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_provinces_are_found_as_registers_write_them() -> None:
    assert len(PROVINCES) == 24
    assert code_of("SANTO DOMINGO DE LOS TSACHILAS") == "23"
    assert code_of("Los Ríos") == "12"
    assert code_of("ATLANTIDA") == ""
    names = list(PROVINCES.values())
    assert names.index("Cañar") < names.index("Carchi") < names.index("Cotopaxi")


def test_who_is_a_neighbour_has_one() -> None:
    for province in BY_CODE.values():
        for code in province.neighbours:
            assert province.code in BY_CODE[code].neighbours, (province.name, PROVINCES[code])
    assert [province.name for province in BY_CODE.values() if not province.neighbours] == ["Galápagos"]


def test_the_galapagos_are_an_hour_behind() -> None:
    hours = {
        code: NOON.astimezone(province.zone).utcoffset() or timedelta() for code, province in BY_CODE.items()
    }
    assert hours.pop("20") == timedelta(hours=-6)
    assert set(hours.values()) == {timedelta(hours=-5)}
