"""Dependents registered many at once: checked, planned, confirmed and registered as batches are."""

from datetime import date, timedelta

import pytest

from afilia.batches import actions as batches
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.dependents.models import Change, Dependent
from afilia.employers.models import Employer
from tests.batches.filing import NAMES, in_register
from tests.builders import NOW, cedula
from tests.dependents.registering import SPOUSE, make_home

pytestmark = pytest.mark.django_db


def test_file_registers_several_dependents_of_a_worker() -> None:
    home, number = make_home(), cedula()
    in_register(number)
    batch = home.desk.file(
        home.line(),
        home.line(numero_dependiente="2"),
        home.line(**SPOUSE, documento="I", numero_dependiente=number),
    )
    assert batch.state == State.REGISTERED
    assert [row.relationship for row in home.dependents] == ["H", "H", "C"]
    spouse = home.dependents[2]
    assert (spouse.names, spouse.birth_on, spouse.until_on) == (NAMES, date(1990, 2, 28), None)
    assert {change.filing_id for change in Change.objects.all()} == {batch.filing_id}
    assert [*Change.objects.order_by("line").values_list("line", flat=True)] == [1, 2, 3]


def test_bad_line_is_left_out_and_told_with_its_code() -> None:
    home = make_home()
    planned = home.desk.plan(home.line(), home.line(numero_dependiente="2", respaldo="M"))
    assert planned.outcomes == ["new", "rejected"]
    assert planned.finding("dependent.proof")["arg"] == "N, A"
    assert (planned.summary["new"], planned.summary["rejected"]) == (1, 1)
    home.desk.go_on(planned)
    assert len(home.dependents) == 1


CASES: dict[str, dict[str, str]] = {
    "good": {},
    "partner": SPOUSE,
    "age": {"fecha_nacimiento": "20010101"},
    "proof": {"respaldo": "M"},
    "shape": {"discapacidad": "1"},
    "number": {"documento": "I", "numero_dependiente": "1"},
    "dates": {"fecha_hasta": "20200101"},
    "branch": {"sucursal": "0002"},
    "unknown branch": {"sucursal": "0009"},
    "nobody": {"identificacion": "1700000001"},
    "future": {"fecha_desde": "20261122"},
    "month": {"mes": "12"},
    "not known": {"documento": "I", "numero_dependiente": "1710034065"},
}


@pytest.mark.parametrize("fields", CASES.values(), ids=CASES)
def test_form_and_file_give_the_same_verdict(fields: dict[str, str]) -> None:
    home = make_home()
    by_form = home.codes(**fields)
    again = make_home()
    values = again.values(**fields)
    planned = again.desk.plan(";".join(values.values()))
    errors = {found["code"] for found in planned.findings if found["severity"] == "error" and found["line"]}
    assert errors == by_form


def test_line_that_stands_twice_in_a_file_is_rejected() -> None:
    home = make_home()
    planned = home.desk.plan(home.line(), home.line(sexo="M"))
    assert (planned.codes(1), planned.codes(2)) == ([], ["dependent.repeated"])
    assert planned.finding("dependent.repeated")["arg"] == "1"


def test_two_partners_in_a_file_are_one_too_many() -> None:
    home, other = make_home(), make_home()
    number = cedula()
    in_register(number)
    shared = {**SPOUSE, "documento": "I", "numero_dependiente": number}
    planned = home.desk.plan(
        home.line(**SPOUSE),
        home.line(**SPOUSE | {"numero_dependiente": "2"}),
        home.line(numero_dependiente="3"),
    )
    assert [planned.codes(line) for line in (1, 2, 3)] == [[], ["dependent.partner-already"], []]
    second = make_home(home.desk)
    shared["fecha_nacimiento"] = "19900228"
    planned = home.desk.plan(home.line(**shared), second.line(**shared))
    assert [planned.codes(line) for line in (1, 2)] == [[], ["dependent.partner-elsewhere"]]
    assert other.desk.plan(other.line(**shared)).codes(1) == []


def test_same_file_again_registers_nothing_more() -> None:
    home = make_home()
    home.desk.file(home.line())
    planned = home.desk.plan(home.line(), home.line(numero_dependiente="2"))
    assert planned.outcomes == ["unchanged", "new"]


def test_correction_is_registered_only_when_it_is_meant() -> None:
    home = make_home()
    home.desk.file(home.line())
    changed = home.line(fecha_hasta="20261120")
    other = home.line(numero_dependiente="2")
    home.desk.file(changed, other)
    assert home.dependents[0].until_on == date(2033, 3, 11)
    home.desk.file(changed, home.line(numero_dependiente="3"), corrections=True)
    assert home.dependents[0].until_on == date(2026, 11, 20)
    assert Change.objects.filter(dependent=home.dependents[0]).last().kind == "ended"


def test_partner_and_the_next_one_change_places_in_one_file() -> None:
    home = make_home()
    home.desk.file(home.line(**SPOUSE))
    following = SPOUSE | {"parentesco": "U", "respaldo": "U", "numero_dependiente": "2"}
    planned = home.desk.plan(
        home.line(**SPOUSE, fecha_hasta="20261110"), home.line(**following, fecha_desde="20261111")
    )
    # The database still has the first one without an end: it is ended first.
    assert planned.codes(2) == ["dependent.partner-already"]


def test_worker_who_leaves_between_plan_and_registering_sends_the_file_back() -> None:
    home = make_home()
    staying = make_home(home.desk)
    planned = home.desk.plan(home.line(), staying.line())
    assert home.desk.confirm(planned.batch) is None
    leave = home.desk.record("SAL", home.number, fecha_salida="20261119")
    home.desk.file(leave)
    batches.register(batch_id=planned.batch.pk, now=NOW)
    batch = Batch.objects.get(pk=planned.batch.pk)
    assert (batch.state, batch.summary["changed"]) == (State.PLANNED, True)
    assert Dependent.objects.count() == 0
    tomorrow = NOW + timedelta(days=1)
    assert home.desk.confirm(batch, now=tomorrow) is not None  # planned on another day
    assert Employer.objects.get(pk=home.employer.pk).history_version > 0


def test_file_of_some_branches_says_nothing_of_the_others() -> None:
    home = make_home()
    line = home.line().replace(";0001;", ";0002;")
    assert home.desk.plan(line).finding("employment.none")["arg"] == "0001"
