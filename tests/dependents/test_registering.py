"""What is registered, and what is refused, one by one."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from afilia.audit.models import Entry
from afilia.dependents import actions
from afilia.dependents.models import Change, ChangeKind
from afilia.employers.models import Employer
from afilia.notices.models import Message
from afilia.registries.models import CivilRecord
from afilia.workers.models import IdentityNumber
from tests.batches.filing import in_register
from tests.builders import NOW, cedula, make_branch, make_employment, make_person
from tests.dependents.registering import SPOUSE, day, make_home

pytestmark = pytest.mark.django_db


def test_child_with_a_birth_record_ends_on_the_day_before_turning_18() -> None:
    home = make_home()
    filing = home.register()
    (child,) = home.dependents
    assert (child.names, child.person_id, child.until_on) == ("PEREZ LUNA ANA", None, day("2033-03-11"))
    assert child.until_on == child.limit_on
    (change,) = Change.objects.all()
    assert (change.kind, change.filing, change.revision) == (ChangeKind.REGISTERED, filing, 0)
    last = Entry.objects.order_by("pk").last()
    assert last is not None
    assert (last.event, last.actor, last.subject) == (
        "dependents.registered",
        "holder:1",
        f"filing:{filing.pk if filing else None}",
    )
    assert last.facts["channel"] == "form"


def test_register_gives_names_and_birth_of_who_has_a_cedula() -> None:
    home, number = make_home(), cedula()
    CivilRecord.objects.create(cedula=number, names="LUNA MORA EVA", birth_on=date(2016, 5, 6))
    home.register(documento="I", numero_dependiente=number, nombres="", fecha_nacimiento="00000000")
    (child,) = home.dependents
    assert (child.names, child.birth_on) == ("LUNA MORA EVA", date(2016, 5, 6))
    person = IdentityNumber.objects.get(number=number).person
    assert child.person == person
    assert (person.names, person.identity_confirmed_at) == ("LUNA MORA EVA", NOW)


def test_register_counts_where_the_birth_date_as_written_is_another() -> None:
    home, number = make_home(), cedula()
    CivilRecord.objects.create(cedula=number, names="LUNA MORA EVA", birth_on=date(2016, 5, 6))
    assert home.codes(documento="I", numero_dependiente=number) == set()
    assert home.dependents[0].until_on == date(2034, 5, 5)


def test_names_that_nobody_gave_are_asked_for() -> None:
    wanted = {"documento": "I", "numero_dependiente": cedula(), "nombres": ""}
    assert make_home().codes(**wanted) == {"field.empty"}
    assert make_home().codes(**{**wanted, "nombres": "X", "fecha_nacimiento": "00000000"}) == {
        "dependent.birth-required"
    }


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"fecha_nacimiento": "20081121"}, "dependent.too-old"),  # 18 today
        ({"fecha_nacimiento": "20081122"}, ""),
        ({"fecha_nacimiento": "20081122", "fecha_desde": "20261121"}, ""),
        ({"fecha_nacimiento": "19900101", "discapacidad": "029"}, "dependent.too-old"),
        ({"fecha_nacimiento": "19900101", "discapacidad": "030"}, ""),
        ({**SPOUSE, "fecha_nacimiento": "20081106", "fecha_desde": "20261105"}, "dependent.too-young"),
        ({**SPOUSE, "fecha_nacimiento": "20081105", "fecha_desde": "20261105"}, ""),
        ({"respaldo": "M"}, "dependent.proof"),
        ({"respaldo": "A"}, ""),
        ({**SPOUSE, "respaldo": "U"}, "dependent.proof"),
        ({"fecha_hasta": "20261104"}, "dependent.backward"),
        ({"sucursal": "0002"}, "employment.none"),
        ({"sucursal": "0003"}, "branch.unknown"),
        ({"fecha_desde": "20261122"}, "date.future"),
    ],
)
def test_what_is_asked_of_a_dependent(fields: dict[str, str], code: str) -> None:
    home = make_home()
    assert home.codes(**fields) == ({code} if code else set())
    assert len(home.dependents) == (0 if code else 1)


def test_worker_does_not_depend_on_themself_under_any_number() -> None:
    home = make_home()
    assert home.codes(documento="I", numero_dependiente=home.number) == {"dependent.self"}
    other = "6100000017"
    IdentityNumber.objects.create(number=other, kind="foreigner-code", person=home.worker)
    assert "dependent.self" in home.codes(documento="I", numero_dependiente=other)


def test_dependent_who_has_died_is_refused() -> None:
    home, number = make_home(), cedula()
    in_register(number, death_on=date(2024, 5, 1))
    assert "dependent.deceased" in home.codes(**SPOUSE, documento="I", numero_dependiente=number)


def test_worker_has_one_spouse_or_partner_at_a_time() -> None:
    home = make_home()
    home.register(**SPOUSE)
    partner = {**SPOUSE, "parentesco": "U", "respaldo": "U", "numero_dependiente": "1990-1"}
    assert home.codes(**partner) == {"dependent.partner-already"}
    home.register(**SPOUSE, seen=0, fecha_hasta="20261110")
    assert home.codes(**partner, fecha_desde="20261110") == {"dependent.partner-already"}
    assert home.codes(**partner, fecha_desde="20261111") == set()


def test_person_is_the_spouse_of_one_worker_and_the_child_of_several() -> None:
    first, second = make_home(), make_home()
    child, spouse = ({"documento": "I", "numero_dependiente": cedula()} for _ in range(2))
    for home in (first, second):
        assert home.codes(**child) == set()
    first.register(**{**SPOUSE, **spouse})
    assert second.codes(**{**SPOUSE, **spouse}) == {"dependent.partner-elsewhere"}
    elsewhere = make_home()
    make_employment(branch=elsewhere.branch, person=first.worker)
    elsewhere.number = first.number
    assert elsewhere.codes(**{**SPOUSE, **spouse}) == set()  # the same two, for another employer


def test_worker_who_left_gets_no_dependents() -> None:
    home = make_home(left_on=date(2026, 11, 20))
    assert home.codes() == {"employment.ended"}
    home.employment.left_on = date(2026, 11, 21)  # the last day of work counts
    home.employment.save()
    assert home.codes() == set()


def test_worker_who_leaves_while_the_form_is_open_is_found_out() -> None:
    home = make_home()
    home.register(numero_dependiente="1")
    home.employment.left_on = date(2026, 11, 1)
    home.employment.save()
    assert home.codes(numero_dependiente="2") == {"employment.ended"}
    assert len(home.dependents) == 1


def test_worker_of_another_employer_is_unknown() -> None:
    home, stranger = make_home(), make_home()
    assert home.codes(identificacion=stranger.number) == {"employment.none"}


def test_same_form_twice_registers_once() -> None:
    home = make_home()
    assert home.register() is not None
    version = Employer.objects.get(pk=home.employer.pk).history_version
    assert home.register() is None
    assert (len(home.dependents), Change.objects.count()) == (1, 1)
    assert Employer.objects.get(pk=home.employer.pk).history_version == version


def test_second_tab_does_not_overwrite_what_the_first_corrected() -> None:
    home = make_home()
    home.register()
    home.register(seen=0, sexo="M")
    with pytest.raises(actions.Outdated):
        home.register(seen=0, discapacidad="040")
    with pytest.raises(actions.Outdated):  # a new one that is on record
        home.register(discapacidad="040")
    assert Change.objects.count() == 2


def test_end_and_renewal_are_told_from_a_correction() -> None:
    home = make_home()
    home.register()
    home.register(seen=0, fecha_hasta="20261120")
    home.register(seen=1, fecha_hasta="20270101")
    home.register(seen=2, fecha_hasta="00000000", sexo="M")
    kinds = [*Change.objects.order_by("revision").values_list("kind", flat=True)]
    assert kinds == ["registered", "ended", "renewed", "corrected"]
    (child,) = home.dependents
    assert (child.revision, child.until_on, child.limit_on) == (3, child.limit_on, day("2033-03-11"))


def test_changes_are_neither_updated_nor_deleted() -> None:
    make_home().register()
    for change in (lambda: Change.objects.update(revision=7), lambda: Change.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_worker_with_an_email_is_told_without_names() -> None:
    home = make_home()
    home.register()
    assert Message.objects.count() == 0
    home.register(numero_dependiente="2", email="luz@example.com")
    home.register(numero_dependiente="3")
    first, second = Message.objects.order_by("pk")
    assert first.to == second.to == "luz@example.com"
    assert "Hijo o hija: Registro" in first.text
    assert "PEREZ" not in first.text


def test_dependent_who_worked_here_before_is_the_same_person() -> None:
    home, known = make_home(), make_person(birth_on=date(1990, 2, 28))
    number = known.numbers.get().number
    home.register(**SPOUSE, documento="I", numero_dependiente=number, nombres="OTRA COSA")
    (spouse,) = home.dependents
    assert (spouse.person, spouse.names, spouse.birth_on) == (known, known.names, known.birth_on)


def test_branch_of_the_line_must_be_open_to_the_person() -> None:
    home = make_home()
    with pytest.raises(actions.RefusedError) as refused:
        actions.file_one(
            employer=home.employer,
            allowed=frozenset({"0002"}),
            by_number="1",
            actor="holder:1",
            values=home.values(),
            seen_revision=None,
            now=NOW,
        )
    assert [*refused.value.findings["code"]] == ["branch.not-yours"]


def test_other_branch_where_the_worker_is_active_is_named() -> None:
    home = make_home()
    make_branch(home.employer, number="0007")
    with pytest.raises(actions.RefusedError) as refused:
        home.register(sucursal="0007")
    assert refused.value.findings["arg"].to_list() == ["0001"]


def test_plan_that_a_leap_day_decides() -> None:
    home = make_home()
    home.register(fecha_nacimiento="20160229")
    assert home.dependents[0].until_on == date(2034, 2, 28) - timedelta(days=1)


def test_partner_registered_by_an_employer_whom_the_worker_left_counts_no_more() -> None:
    """That employer cannot end the registration any more, and the next one never could."""
    former, present, number = make_home(), make_home(), cedula()
    in_register(number)
    shared = {**SPOUSE, "documento": "I", "numero_dependiente": number, "fecha_nacimiento": "19900228"}
    former.register(**shared)
    make_employment(branch=present.branch, person=former.worker, entered_on=day("2026-11-02"))
    partner = {**SPOUSE, "identificacion": former.number, "numero_dependiente": "1990-1"}
    assert present.codes(**partner) == {"dependent.partner-already"}
    assert present.codes(**shared) == {"dependent.partner-elsewhere"}
    former.employment.left_on = day("2026-11-04")
    former.employment.save()
    assert present.codes(**partner, fecha_desde="20261104") == {"dependent.partner-already"}
    assert present.codes(**partner, fecha_desde="20261105") == set()
    assert present.codes(**shared, fecha_desde="20261105") == set()
