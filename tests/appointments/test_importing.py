from datetime import date, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from afilia.appointments import actions, queries
from afilia.appointments.models import AgendaDay
from afilia.appointments.rules.states import State
from afilia.audit.models import Entry
from afilia.offices.models import Agenda, Closure, Office
from afilia.offices.reading import Group, OfficePlan
from afilia.offices.rules import Stretch
from tests.appointments.builders import CODE_PROCEDURE, KEY_PROCEDURE, MONDAY, NOW, at, book
from tests.offices.test_reading import OFFICE, file

pytestmark = pytest.mark.django_db

KEYS = Group(procedures=(KEY_PROCEDURE,), minutes=15, seats=2)
WEEK = tuple(Stretch(weekday=day, opens=time(8), closes=time(17)) for day in range(5))


def plan(**changes: object) -> OfficePlan:
    fields = {
        "code": "UIO-1",
        "name": "Quito Centro",
        "province": "17",
        "city": "Quito",
        "address": "Calle 1",
        "shopping_centre": False,
        "counters": 3,
        "open_from": date(2026, 1, 2),
        "open_to": None,
        "stretches": WEEK,
        "groups": (KEYS,),
    }
    return OfficePlan(**fields | changes)


def load(*plans: OfficePlan) -> actions.Imported:
    return actions.import_offices(plans=plans, actor="operator", now=NOW)


def test_offices_are_added_and_then_only_what_differs_is_changed_and_told() -> None:
    assert load(plan(), plan(code="UIO-2")).written.added == ("UIO-1", "UIO-2")
    again = load(plan()).written
    assert (again.added, again.changed, again.unchanged) == ((), (), 1)
    (change,) = load(plan(name="Quito Norte", stretches=WEEK[:4])).written.changed
    assert (change.code, change.fields) == ("UIO-1", ("name", "hours"))
    assert Office.objects.get(code="UIO-1").hours.count() == 4
    assert Entry.objects.filter(event="offices.imported").count() == 3


def test_an_agenda_stays_the_same_while_it_shares_a_procedure() -> None:
    load(plan())
    agenda = Agenda.objects.get()
    both = Group(procedures=(KEY_PROCEDURE, CODE_PROCEDURE), minutes=20, seats=3)
    assert load(plan(groups=(both,))).written.changed[0].fields == ("agendas",)
    agenda.refresh_from_db()
    assert (agenda.procedures, agenda.minutes, agenda.seats) == ([*both.procedures], 20, 3)
    code = Group(procedures=(CODE_PROCEDURE,), minutes=20, seats=1)
    load(plan(groups=(KEYS, code)))
    assert Agenda.objects.get(pk=agenda.pk).procedures == [KEY_PROCEDURE]
    load(plan(groups=(code,)))
    agenda.refresh_from_db()
    assert (agenda.procedures, agenda.seats) == ([KEY_PROCEDURE], 0)
    assert load(plan(groups=(code,))).written.unchanged == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"stretches": tuple(Stretch(weekday=day, opens=time(10), closes=time(17)) for day in range(5))},
        {"groups": (Group(procedures=(KEY_PROCEDURE,), minutes=25, seats=2),)},
        {"groups": (Group(procedures=(KEY_PROCEDURE,), minutes=15, seats=1),)},
        {"groups": (Group(procedures=(CODE_PROCEDURE,), minutes=15, seats=2),)},
        {"open_to": MONDAY - timedelta(days=1)},
    ],
    ids=["hours", "minutes", "seats", "procedures", "last-day"],
)
def test_who_is_booked_where_there_is_no_place_any_more_is_shown_and_not_lost(
    changes: dict[str, object],
) -> None:
    load(plan())
    agenda = Agenda.objects.get()
    bookings = [book(agenda, at(9, 15)), book(agenda, at(9, 15))]
    stranded = load(plan(**changes)).stranded
    assert stranded
    assert {*stranded} <= {*bookings}
    assert all(row.state == State.CONFIRMED for row in stranded)
    assert AgendaDay.objects.get(agenda=agenda, on=MONDAY).uneven
    assert load(plan()).stranded == ()
    assert not AgendaDay.objects.get(agenda=agenda, on=MONDAY).uneven


def test_days_with_bookings_out_of_step_show_what_is_really_free() -> None:
    load(plan(groups=(Group(procedures=(KEY_PROCEDURE,), minutes=20, seats=1),)))
    agenda = Agenda.objects.select_related("office").get()
    book(agenda, at(9, 20))
    load(plan(groups=(Group(procedures=(KEY_PROCEDURE,), minutes=15, seats=1),)))
    hours = queries.hours(agenda.office, KEY_PROCEDURE, MONDAY, now=NOW)
    assert [place.starts_at for place in hours if not place.places] == [at(9, 15), at(9, 30)]
    day = next(day for day in queries.days(agenda.office, KEY_PROCEDURE, now=NOW) if day.on == MONDAY)
    assert day.places == sum(place.places for place in hours) == 34


def run(path: Path) -> str:
    out = StringIO()
    call_command("import-offices", path, stdout=out)
    return out.getvalue()


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    path = tmp_path / "oficinas.csv"
    path.write_bytes(file(OFFICE))
    assert "Oficinas nuevas: 1; cambiadas: 0; sin cambio: 0." in run(path)
    agenda = Agenda.objects.get()
    booked = book(agenda, at(8))
    path.write_bytes(file(OFFICE | {"lunes": "", "nombre": "Quito Sur"}))
    said = run(path)
    assert "UIO-1: cambió nombre, horario" in said
    assert f"UIO-1: 2026-11-23 08:00, turno {booked.code}" in said


def test_a_file_with_a_fault_changes_nothing_and_each_fault_is_told_with_its_remedy(tmp_path: Path) -> None:
    path, errors = tmp_path / "oficinas.csv", StringIO()
    path.write_bytes(file(OFFICE, OFFICE | {"codigo": "UIO-2", "lunes": "de 8 a 5"}))
    with pytest.raises(CommandError, match="No se importó nada") as refusal:
        call_command("import-offices", path, stderr=errors)
    assert refusal.value.returncode == 2
    assert f"{path}:3: lunes: «de» no es un horario. Escríbalo como 08:00-17:00" in errors.getvalue()
    assert not Office.objects.exists()
    with pytest.raises(CommandError, match="No se puede leer"):
        call_command("import-offices", tmp_path / "no.csv")


def test_a_day_is_closed_by_command(tmp_path: Path) -> None:
    load(plan())
    booked = book(Agenda.objects.get())
    out = StringIO()
    call_command("close-day", "2026-11-23", "--office", "UIO-1", "--reason", "Sin luz", stdout=out)
    assert "anotado" in out.getvalue()
    closure = booked.office.closures.get()
    assert (closure.on, closure.reason, closure.emptied_at) == (MONDAY, "Sin luz", None)
    with pytest.raises(CommandError, match="No hay una oficina"):
        call_command("close-day", "2026-11-23", "--office", "NADA", "--reason", "Sin luz")
    for said, options in (
        ("Ese día ya pasó", ["2020-01-02", "--reason", "Sin luz"]),
        ("termina antes", ["2026-11-23", "--reason", "Sin luz", "--from", "17:00", "--until", "08:00"]),
        ("Escriba el motivo", ["2026-11-23", "--reason", " "]),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("close-day", *options, "--office", "UIO-1")
    assert booked.office.closures.count() == 1


def test_a_closed_day_is_opened_by_command(tmp_path: Path) -> None:
    load(plan())
    out = StringIO()
    with pytest.raises(CommandError, match="No hay un cierre"):
        call_command("open-day", "2026-11-23", "--office", "UIO-1")
    call_command("close-day", "2026-11-23", "--office", "UIO-1", "--reason", "Sin luz", stdout=out)
    call_command("open-day", "2026-11-23", "--office", "UIO-1", stdout=out)
    assert "Cierre levantado" in out.getvalue()
    assert not Closure.objects.exists()
    for said, options in (
        ("No hay una oficina", ["2026-11-23", "--office", "NADA"]),
        ("Ese día ya pasó", ["2020-01-02", "--everywhere"]),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("open-day", *options)
