"""Whose a batch is when several people of an employer send the same bytes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from afilia.access import queries as access
from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.batches import actions, queries
from afilia.batches.models import Batch
from afilia.batches.rules import Refusal, State
from afilia.employers.models import Branch
from tests.batches.filing import Desk, branch, make_desk, number_of, text
from tests.builders import NOW, cedula, make_employment, make_key, signed_in_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Desk:
    """An operator, who may file for both branches."""
    return make_desk()


@pytest.fixture
def person(operator: Desk) -> Desk:
    """A person with a key to the whole employer."""
    return make_desk(operator.employer, key=make_key(operator.employer))


def restricted(desk: Desk, number: str = "0001") -> Desk:
    """A person with a key to one branch."""
    return make_desk(desk.employer, key=make_key(desk.employer, branches=(branch(desk, number),)))


@pytest.fixture
def lines(operator: Desk) -> list[str]:
    """A line for a worker of each branch."""
    numbers = ("0001", "0002")
    workers = [number_of(make_employment(branch=branch(operator, number))) for number in numbers]
    return [
        operator.record("MSU", worker, branch=number) for worker, number in zip(workers, numbers, strict=True)
    ]


def seen_by(desk: Desk) -> list[Batch]:
    holder = access.holder_of(desk.employer, number=desk.sender.by_number)
    assert holder is not None
    return [*queries.for_holder(holder).order_by("received_at", "pk")]


def test_full_key_then_restricted_key(person: Desk, lines: list[str]) -> None:
    """Each has a batch of their own: neither takes the other's away, nor is told of it."""
    first = person.plan(*lines)
    assert first.outcomes == ["new", "new"]
    second = restricted(person)
    planned = second.plan(*lines)
    assert planned.batch.pk != first.batch.pk
    assert planned.outcomes == ["new", "rejected"]
    assert planned.codes(2) == ["branch.not-yours"]
    assert seen_by(second) == [planned.batch]
    assert {batch.pk for batch in seen_by(person)} == {first.batch.pk, planned.batch.pk}
    first.batch.refresh_from_db()
    assert (first.batch.by_number, first.batch.attempt) == (person.sender.by_number, 1)


def test_restricted_key_then_full_key(person: Desk, lines: list[str]) -> None:
    one = restricted(person)
    first = one.plan(*lines)
    whole = person.plan(*lines)
    assert (first.outcomes, whole.outcomes) == (["new", "rejected"], ["new", "new"])
    one.go_on(first)
    assert seen_by(one)[0].state == State.REGISTERED
    # The line that the first one registered is not registered again.
    assert person.plan(*lines).outcomes == ["unchanged", "new"]


def test_two_restricted_keys_learn_nothing_of_each_other(person: Desk, lines: list[str]) -> None:
    one, two = restricted(person), restricted(person, "0002")
    batches = [one.file(*lines), two.file(*lines)]
    assert [seen_by(desk) for desk in (one, two)] == [[batches[0]], [batches[1]]]
    assert [batch.summary["new"] for batch in batches] == [1, 1]
    same_branch = restricted(person).plan(*lines)
    assert same_branch.outcomes == ["unchanged", "rejected"]
    assert same_branch.batch.attempt == 1


def test_operator_after_a_person(person: Desk, operator: Desk, lines: list[str]) -> None:
    """The batch stays the person's, under the name that the person's file had."""
    first = person.plan(*lines)
    again = actions.receive(
        sender=operator.sender,
        novedad="MSU",
        file_name="otro.txt",
        chunks=[text(*lines).encode()],
        now=NOW,
    )
    assert (again.pk, again.attempt) == (first.batch.pk, 2)
    assert (again.by_number, again.key_id) == (person.sender.by_number, person.sender.key_id)
    assert again.file_name == "MSU.txt"
    received = Entry.objects.filter(event="batch.received").order_by("pk")
    assert [entry.actor for entry in received] == [person.sender.actor, operator.sender.actor]


def test_operator_after_a_restricted_person(operator: Desk, lines: list[str]) -> None:
    one = restricted(operator)
    own = one.plan(*lines).batch
    assert operator.plan(*lines).outcomes == ["new", "new"]
    assert seen_by(one) == [own]


def test_person_after_operator(person: Desk, operator: Desk, lines: list[str]) -> None:
    first = operator.plan(*lines)
    again = person.plan(*lines)
    assert again.batch.pk == first.batch.pk
    assert (again.batch.by_number, again.batch.key) == ("operator", None)
    batch = person.go_on(again)
    assert batch.filing is not None
    assert batch.filing.by_number == person.sender.by_number
    # And the operator is given the receipt of it.
    assert operator.receive(text(*lines)).pk == batch.pk


def test_what_a_restricted_person_registered_to_the_last_line_is_given_to_the_whole_employer(
    person: Desk, lines: list[str]
) -> None:
    one = restricted(person)
    batch = one.file(lines[0])
    assert person.receive(text(lines[0])).pk == batch.pk
    # With a rejected line it is not all of it: that line may be good for the whole employer.
    more = [person.record("MSU", number_of(make_employment(branch=branch(person)))), lines[1]]
    one.file(*more)
    assert person.plan(*more).outcomes == ["unchanged", "new"]


def test_a_correction_left_out_is_not_to_the_last_line(person: Desk, lines: list[str]) -> None:
    one = restricted(person)
    worker = number_of(make_employment(branch=branch(person)))
    person.file(lines[0])
    changed = [lines[0].replace("600.00", "601.00"), person.record("MSU", worker)]
    one.file(*changed)
    assert person.plan(*changed).outcomes == ["correction", "unchanged"]


def test_someone_for_the_whole_employer_confirms_for_the_branches_of_who_sent_it(
    person: Desk, lines: list[str]
) -> None:
    one = restricted(person)
    batch = person.go_on(one.plan(*lines))
    assert (batch.state, batch.summary["new"], batch.summary["rejected"]) == (State.REGISTERED, 1, 1)
    assert batch.own_to == one.sender.by_number


def restrict(desk: Desk, to: Branch) -> Desk:
    """The same person with the key as it is from now on."""
    key = EmployerKey.objects.get(pk=desk.sender.key_id)
    key.branches.set([to])
    return make_desk(desk.employer, key=key)


def test_a_plan_for_branches_that_were_taken_away_is_made_again(person: Desk, lines: list[str]) -> None:
    one = restricted(person)
    batch = one.plan(*lines).batch
    now = restrict(one, branch(person, "0002"))
    assert now.confirm(batch) is Refusal.PLAN_CHANGED
    batch.refresh_from_db()
    assert (batch.state, batch.attempt) == (State.RECEIVED, 2)
    assert now.plan(*lines).outcomes == ["rejected", "new"]


def test_who_is_restricted_from_now_on_does_not_see_what_was_planned_for_all(
    person: Desk, lines: list[str]
) -> None:
    batch = person.plan(*lines).batch
    now = restrict(person, branch(person))
    assert seen_by(now) == []
    assert now.confirm(batch) is Refusal.PLAN_CHANGED


def test_the_page_of_a_person_stays_theirs_when_others_send_the_same(
    client: Client, person: Desk, lines: list[str]
) -> None:
    one = restricted(person)
    batch = one.plan(*lines).batch
    assert one.sender.key_id is not None
    signed_in_client(client, EmployerKey.objects.get(pk=one.sender.key_id))
    for other in (person, restricted(person, "0002")):
        other.plan(*lines)
        assert client.get(f"/empleadores/batch/{batch.pk}/").status_code == 200
    history = client.get("/empleadores/batch/historial/").content.decode()
    assert "1 carga" in history


def test_who_sends_what_a_colleague_sent_is_told_so(client: Client, person: Desk, lines: list[str]) -> None:
    batch = person.plan(*lines, now=timezone.now()).batch
    colleague = signed_in_client(client, make_key(person.employer))
    sent = SimpleUploadedFile("otro.txt", text(*lines).encode())
    response = colleague.post("/empleadores/batch/cargar/", {"novedad": "MSU", "file": sent}, follow=True)
    assert response.redirect_chain == [(f"/empleadores/batch/{batch.pk}/", 302)]
    assert "Este archivo ya se había enviado" in response.content.decode()
    assert person.sender.by_number in response.content.decode()


def test_a_worker_of_nobody_is_unknown_to_all_alike(person: Desk) -> None:
    line = person.record("MSU", cedula())
    assert [desk.plan(line).outcomes for desk in (person, restricted(person))] == [["rejected"]] * 2
