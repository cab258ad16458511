"""Two people found to be one: all that was the other's follows, and goes back when it was a mistake."""

from datetime import date

import pytest

from afilia.employers.models import Branch
from afilia.workers import queries
from afilia.workers.actions import JoinRefusedError
from afilia.workers.models import Employment, IdentityDocument, IdentityNumber, Person
from afilia.workers.rules import Clash, JoinRefusal
from tests.batches.filing import make_desk
from tests.builders import NOW, cedula, make_branch, make_employer, make_employment, make_person
from tests.workers.joining import BORN, join, registered, undo

pytestmark = pytest.mark.django_db
CODE = "6101234567"


@pytest.fixture
def branch() -> Branch:
    return make_branch(make_employer())


@pytest.fixture
def foreigner() -> Person:
    person = make_person(number=CODE, names="ROJAS ANA", birth_on=date(1991, 4, 5))
    IdentityDocument.objects.create(person=person, kind="passport", country="CO", number="AB1")
    return person


def refusal(number: str, other: str) -> JoinRefusedError:
    before = state()
    with pytest.raises(JoinRefusedError) as refused:
        join(number, other)
    assert state() == before
    return refused.value


def state() -> list[object]:
    """Who has what."""
    tables = (IdentityNumber, IdentityDocument, Employment)
    owners = [[*table.objects.order_by("pk").values_list("pk", "person_id")] for table in tables]
    people = Person.objects.filter(numbers__isnull=False).distinct().order_by("pk")
    return [*owners, [*people.values_list("names", "birth_on", "identity_confirmed_at")]]


def test_a_cedula_that_nobody_has_here_is_joined_to_the_same_person(
    foreigner: Person, branch: Branch
) -> None:
    employment = make_employment(branch=branch, person=foreigner)
    number = cedula()
    joined = join(CODE, number, register=registered(number))
    assert queries.numbers_of(number) == queries.numbers_of(CODE) == {number, CODE}
    assert queries.person_of(number) == queries.person_of(CODE) == joined.person == foreigner
    foreigner.refresh_from_db()
    assert (foreigner.names, foreigner.birth_on) == ("ROJAS PAZ ANA LUCÍA", BORN)
    employment.refresh_from_db()
    assert employment.person == foreigner
    assert employment.listed_as == "ROJAS PAZ ANA LUCIA"


def test_history_of_both_people_is_one(foreigner: Person) -> None:
    desk = make_desk()
    number = cedula()
    native = make_person(number=number, names="ROJAS PAZ ANA LUCÍA", birth_on=BORN)
    old = make_employment(
        branch=desk.employer.branches.get(number="0001"), person=foreigner, left_on=date(2025, 12, 31)
    )
    desk.file(desk.record("ENT", number))
    joined = join(CODE, number)
    assert {*Employment.objects.values_list("person", flat=True)} == {foreigner.pk}
    planned = desk.plan(desk.record("MSU", CODE), desk.record("MSU", number))
    assert planned.outcomes == ["new", "rejected"]
    assert "worker.repeated" in planned.codes(2)
    foreigner.refresh_from_db()
    assert (foreigner.names, foreigner.identity_confirmed_at) == ("ROJAS PAZ ANA LUCÍA", NOW)
    undo(joined)
    assert {*Employment.objects.values_list("pk", "person")} == {
        (old.pk, foreigner.pk),
        (Employment.objects.latest("pk").pk, native.pk),
    }


def test_undoing_puts_all_back_as_it_was(foreigner: Person, branch: Branch) -> None:
    make_employment(branch=branch, person=foreigner)
    native = make_person(names="OTRA PERSONA", birth_on=BORN)
    IdentityDocument.objects.create(person=native, kind="visa", country="CO", number="V1")
    make_employment(branch=make_branch(make_employer()), person=native)
    before = state()
    joined = join(CODE, native.numbers.get().number)
    assert {*IdentityDocument.objects.values_list("person", flat=True)} == {foreigner.pk}
    undone = undo(joined)
    assert state() == before
    assert (undone.undone_at, undone.undone_by, undone.undone_reason) == (NOW, "staff:2", "mistake")
    assert sorted(Employment.objects.values_list("listed_as", flat=True)) == ["OTRA PERSONA", "ROJAS ANA"]
    join(CODE, native.numbers.get().number)
    assert not native.numbers.exists()


def test_a_cedula_joined_by_mistake_stays_its_own_persons(foreigner: Person) -> None:
    number = cedula()
    undo(join(CODE, number, register=registered(number, "QUIEN SEA")))
    foreigner.refresh_from_db()
    assert foreigner.names == "ROJAS ANA"
    other = queries.person_of(number)
    assert other is not None
    assert (other.names, [*other.numbers.values_list("number", flat=True)]) == ("QUIEN SEA", [number])


def test_rows_added_since_go_to_whom_the_supervisor_says(foreigner: Person, branch: Branch) -> None:
    native = make_person()
    joined = join(CODE, native.numbers.get().number)
    mine = make_employment(branch=branch, person=foreigner)
    theirs = make_employment(branch=make_branch(make_employer()), person=foreigner)
    added = queries.added_since(joined)
    assert [one.row for one in added] == [mine, theirs]
    with pytest.raises(JoinRefusedError) as refused:
        undo(joined, added={added[0].key: False})
    assert refused.value.reason is JoinRefusal.ADDED
    undo(joined, added={one.key: one.row == theirs for one in added})
    for row, owner in ((mine, foreigner), (theirs, native)):
        row.refresh_from_db()
        assert row.person == owner


def test_rows_that_were_there_before_stay_whatever_is_asked(foreigner: Person, branch: Branch) -> None:
    employment = make_employment(branch=branch, person=foreigner)
    joined = join(CODE, make_person().numbers.get().number)
    undo(joined, added=dict.fromkeys(queries.rows_of(foreigner), True))
    employment.refresh_from_db()
    assert employment.person == foreigner


def test_work_in_one_branch_that_nobody_has_twice_is_to_be_mended_first(
    foreigner: Person, branch: Branch
) -> None:
    native = make_person()
    number = native.numbers.get().number
    first = make_employment(branch=branch, person=foreigner)
    second = make_employment(branch=branch, person=native, entered_on=date(2025, 6, 2))
    third = make_employment(
        branch=branch, person=native, entered_on=first.entered_on, left_on=date(2025, 5, 1)
    )
    refused = refusal(CODE, number)
    assert refused.reason is JoinRefusal.EMPLOYMENTS
    assert [(one.mine.key, one.theirs.key, one.why) for one in refused.clashing] == [
        (first.pk, second.pk, Clash.ACTIVE),
        (first.pk, third.pk, Clash.ENTRY_DAY),
    ]
    Employment.objects.filter(pk=second.pk).update(left_on=date(2026, 1, 1))
    Employment.objects.filter(pk=third.pk).update(annulled=True)
    joined = join(CODE, number)
    third.refresh_from_db()
    assert third.person == native
    undo(joined)
    assert Employment.objects.get(pk=second.pk).person == native


@pytest.mark.parametrize("known", [True, False])
def test_a_number_that_nobody_has_here_needs_the_register(foreigner: Person, known: bool) -> None:
    numbers = (CODE, cedula()) if known else (cedula(), CODE)
    assert refusal(*numbers).reason is JoinRefusal.UNKNOWN


def test_two_numbers_of_one_person_are_not_joined(foreigner: Person) -> None:
    number = cedula()
    join(CODE, number, register=registered(number))
    assert refusal(CODE, number).reason is JoinRefusal.SAME
    assert refusal(CODE, CODE).reason is JoinRefusal.SAME


def test_nobody_gets_a_second_cedula(foreigner: Person) -> None:
    number = cedula()
    join(CODE, number, register=registered(number))
    assert refusal(CODE, make_person().numbers.get().number).reason is JoinRefusal.TWO_CEDULAS


def test_joins_of_the_same_people_are_undone_from_the_last_one(foreigner: Person) -> None:
    make_person(number="6107654321")
    first = join(CODE, "6107654321")
    number = cedula()
    second = join(CODE, number, register=registered(number))
    with pytest.raises(JoinRefusedError) as refused:
        undo(first)
    assert refused.value.reason is JoinRefusal.LATER
    undo(second)
    undo(first)
    with pytest.raises(JoinRefusedError) as refused:
        undo(first)
    assert refused.value.reason is JoinRefusal.UNDONE
    assert queries.numbers_of(CODE) == {CODE}


def test_two_codes_of_one_person_are_joined_as_well(foreigner: Person) -> None:
    make_person(number="6107654321", names="")
    joined = join(CODE, "6107654321")
    assert joined.person.names == "ROJAS ANA"
    assert queries.numbers_of(CODE) == {CODE, "6107654321"}


def test_plans_of_the_employers_concerned_are_made_again(foreigner: Person, branch: Branch) -> None:
    native = make_person()
    make_employment(branch=branch, person=native)
    bystander = make_employer()
    joined = join(CODE, native.numbers.get().number)
    branch.employer.refresh_from_db()
    assert branch.employer.history_version == 1
    undo(joined)
    branch.employer.refresh_from_db()
    bystander.refresh_from_db()
    assert (branch.employer.history_version, bystander.history_version) == (2, 0)


def test_a_file_planned_before_the_join_enters_the_one_person(foreigner: Person) -> None:
    desk = make_desk()
    native = make_person()
    number = native.numbers.get().number
    planned = desk.plan(desk.record("ENT", number))
    join(CODE, number)
    desk.go_on(planned)
    assert Employment.objects.get().person == foreigner


def test_two_numbers_joined_after_the_plan_send_it_back_to_the_employer(foreigner: Person) -> None:
    desk = make_desk()
    number = make_person().numbers.get().number
    planned = desk.plan(desk.record("ENT", CODE), desk.record("ENT", number))
    join(CODE, number)
    batch = desk.go_on(planned)
    assert (batch.state, batch.summary["changed"], batch.summary["rejected"]) == ("planned", True, 1)
    assert not Employment.objects.exists()
