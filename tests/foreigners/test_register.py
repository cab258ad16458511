"""The register for officials: search by any number or name, join, undo; every look is in the ledger."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from afilia.audit.models import Entry
from afilia.dependents.models import Dependent
from afilia.dependents.queries import emails
from afilia.notices.models import Message
from afilia.registries.models import CivilRecord
from afilia.staff.rules import Role
from afilia.workers import queries
from afilia.workers.models import Employment, IdentityDocument, Join, Person
from tests.batches.filing import make_desk
from tests.builders import NOW, cedula, make_branch, make_employer, make_employment, make_key, make_person
from tests.builders import signed_in_client as with_key
from tests.dependents.registering import SPOUSE, Home, make_home
from tests.foreigners.builders import BIRTH
from tests.staff.builders import make_office, make_staff, sign_in_staff

pytestmark = pytest.mark.django_db
CODE = "6101234567"
SEARCH = "/funcionarios/extranjeros/registro/"


@pytest.fixture
def clerk(client: Client) -> Client:
    return sign_in_staff(client, make_staff(Role.COUNTER, office=make_office()))


@pytest.fixture
def supervisor() -> Client:
    return sign_in_staff(Client(), make_staff(Role.SUPERVISOR, office=make_office()))


@pytest.fixture
def foreigner() -> Person:
    person = make_person(number=CODE, names="ROJAS PAZ ANA", birth_on=BIRTH)
    IdentityDocument.objects.create(person=person, kind="passport", country="CO", number="AB123456")
    return person


def page(person: Person, name: str = "person") -> str:
    return reverse(f"foreigners:register-{name}", args=[person.pk])


def events() -> list[str]:
    return [*Entry.objects.order_by("pk").values_list("event", flat=True)]


def text(content: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", content.decode()).split())


CONFIRM = {"confirm": "1", "reason": "cedula", "text": "Vi la cédula original."}


@pytest.mark.parametrize("typed", [CODE, "610 1234567", "ab-123456", "ana rojas", "Paz"])
def test_people_are_found_by_any_number_and_by_parts_of_the_name(
    clerk: Client, foreigner: Person, typed: str
) -> None:
    make_person(names="ROJAS PAZ ANA")  # without a code: found by number alone
    answer = clerk.post(SEARCH, {"typed": typed})
    assert [one.pk for one in answer.context["found"]] == [foreigner.pk]
    assert events() == ["foreigners.searched"]
    entry = Entry.objects.get()
    assert entry.facts["found"] == 1
    assert typed not in str(entry.facts)


@pytest.mark.parametrize("typed", ["", "6109999999", "%", "__", "nadie", "PA"])
def test_a_search_that_finds_nobody_says_so(clerk: Client, foreigner: Person, typed: str) -> None:
    answer = clerk.post(SEARCH, {"typed": typed})
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()


def test_a_look_at_a_person_is_in_the_ledger(clerk: Client, foreigner: Person) -> None:
    make_employment(branch=make_branch(make_employer()), person=foreigner)
    answer = clerk.get(page(foreigner))
    assert "1 relación laboral, con 1 empleador" in text(answer.content)
    assert "AB123456" in text(answer.content)
    assert [(one.event, one.subject) for one in Entry.objects.all()] == [
        ("foreigners.looked-at", f"person:{foreigner.pk}")
    ]


@pytest.mark.parametrize("name", ["person", "join"])
def test_pages_are_for_officials_at_counters_alone(foreigner: Person, name: str) -> None:
    address = page(foreigner, name)
    assert Client().get(address).status_code == 302
    for stranger in (
        sign_in_staff(Client(), make_staff(Role.LEGAL, province="17")),
        sign_in_staff(Client(), make_staff(Role.COORDINATION, province="17")),
    ):
        assert stranger.get(address).status_code == stranger.get(SEARCH).status_code == 404
    employer = with_key(Client(), make_key(make_branch(make_employer()).employer))
    assert employer.get(address).status_code in {302, 404}


def test_nobody_without_a_number_has_a_page(clerk: Client) -> None:
    assert clerk.get(page(Person.objects.create())).status_code == 404


def test_a_cedula_is_compared_with_the_registro_civil_and_joined(clerk: Client, foreigner: Person) -> None:
    employer = make_employer(email_verified_at=NOW)
    make_employment(branch=make_branch(employer), person=foreigner)
    number = cedula()
    CivilRecord.objects.create(cedula=number, names="ROJAS PAZ ANA LUCIA", birth_on=foreigner.birth_on)
    shown = clerk.post(page(foreigner, "join"), {"number": number})
    assert text(shown.content).count("Distinto") == 1
    assert not Join.objects.exists()
    refused = clerk.post(page(foreigner, "join"), {"number": number, "confirm": "1"})
    assert refused.status_code == 422
    done = clerk.post(page(foreigner, "join"), {"number": number, **CONFIRM})
    assert (done.status_code, done["Location"]) == (302, page(foreigner))
    assert queries.numbers_of(CODE) == {CODE, number}
    mail = Message.objects.get()
    assert mail.to == employer.email
    entry = Entry.objects.get(event="person.joined")
    assert (entry.subject, entry.facts["reason"], entry.facts["rows"]) == (
        f"person:{foreigner.pk}",
        "cedula",
        1,
    )
    again = clerk.post(page(foreigner, "join"), {"number": number, **CONFIRM})
    assert again.status_code == 409
    assert "ya es de esta persona" in text(again.content)


def test_a_cedula_with_nothing_alike_is_joined_by_a_supervisor_alone(
    clerk: Client, supervisor: Client, foreigner: Person
) -> None:
    number = cedula()
    CivilRecord.objects.create(cedula=number, names="VERA LUNA PEDRO", birth_on=date(1970, 1, 1))
    shown = text(clerk.post(page(foreigner, "join"), {"number": number}).content)
    assert "puede ser otra persona" in shown
    assert 'name="confirm"' not in shown
    assert clerk.post(page(foreigner, "join"), {"number": number, **CONFIRM}).status_code == 404
    assert not Join.objects.exists()
    assert queries.numbers_of(CODE) == {CODE}
    assert supervisor.post(page(foreigner, "join"), {"number": number, **CONFIRM}).status_code == 302
    assert queries.numbers_of(CODE) == {CODE, number}


def test_while_the_registro_civil_is_down_nothing_is_joined(
    clerk: Client, foreigner: Person, settings: object
) -> None:
    settings.REGISTRO_CIVIL_URL = "http://127.0.0.1:9"  # type: ignore[attr-defined]
    number = cedula()
    for said in ({}, CONFIRM):
        answer = clerk.post(page(foreigner, "join"), {"number": number, **said})
        assert answer.status_code == 503
        assert "No se cambió nada" in text(answer.content)
    assert not Join.objects.exists()
    assert queries.person_of(number) is None


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", "Escriba la cédula o el código."),
        ("123", "Revise los 10 dígitos"),
        ("6109999999", "Nadie consta con ese número"),
        (CODE, "ya es de esta persona"),
    ],
)
def test_a_number_that_cannot_be_joined_is_named(
    clerk: Client, foreigner: Person, number: str, says: str
) -> None:
    answer = clerk.post(page(foreigner, "join"), {"number": number})
    assert answer.status_code == 422
    assert says in text(answer.content)


def test_two_people_of_the_register_are_joined_by_a_supervisor_alone(
    clerk: Client, supervisor: Client, foreigner: Person
) -> None:
    make_person(number="6107654321", names="ROJAS ANA")
    shown = clerk.post(page(foreigner, "join"), {"number": "6107654321"})
    assert "corresponde a quien supervisa" in text(shown.content)
    assert clerk.post(page(foreigner, "join"), {"number": "6107654321", **CONFIRM}).status_code == 404
    assert not Join.objects.exists()
    done = supervisor.post(page(foreigner, "join"), {"number": "6107654321", **CONFIRM})
    assert done.status_code == 302
    assert queries.numbers_of(CODE) == {CODE, "6107654321"}


def test_what_is_to_be_mended_first_is_told(supervisor: Client, foreigner: Person) -> None:
    branch = make_branch(make_employer())
    make_employment(branch=branch, person=foreigner)
    other = make_person(number="6107654321")
    make_employment(branch=branch, person=other, entered_on=date(2026, 1, 5))
    answer = supervisor.post(page(foreigner, "join"), {"number": "6107654321", **CONFIRM})
    assert answer.status_code == 409
    assert "las dos relaciones laborales están activas" in text(answer.content)
    assert branch.employer.name in text(answer.content)


def joined(supervisor: Client, foreigner: Person) -> Join:
    make_person(number="6107654321", names="ROJAS ANA")
    supervisor.post(page(foreigner, "join"), {"number": "6107654321", **CONFIRM})
    return Join.objects.get()


def test_a_join_is_undone_by_a_supervisor_who_says_whose_the_rest_is(
    clerk: Client, supervisor: Client, foreigner: Person
) -> None:
    made = joined(supervisor, foreigner)
    employment = make_employment(branch=make_branch(make_employer(email_verified_at=NOW)), person=foreigner)
    address = reverse("foreigners:register-undo", args=[made.pk])
    assert clerk.get(address).status_code == 404
    assert employment.employer.name in text(supervisor.get(address).content)
    said = {"reason": "dos-personas", "text": "Otra fecha de nacimiento."}
    refused = supervisor.post(address, said)
    assert refused.status_code == 422
    assert "Diga de quién es" in text(refused.content)
    done = supervisor.post(address, {**said, f"row-workers.Employment-{employment.pk}": "theirs"})
    assert done.status_code == 302
    assert queries.numbers_of(CODE) == {CODE}
    assert Employment.objects.get().person == queries.person_of("6107654321")
    assert events()[-1] == "person.parted"
    assert Message.objects.count() == 1
    shown = text(supervisor.get(page(foreigner)).content)
    assert "Deshecha" in shown
    assert "Son dos personas distintas." in shown
    assert supervisor.get(address).status_code == 404


def two_homes(foreigner: Person) -> tuple[Home, Home]:
    """Two people who are one and worked for one employer, the second as `6107654321` until a day ago."""
    desk = make_desk()
    home = make_home(desk, person=foreigner)
    twin = make_home(desk, person=make_person(number="6107654321"), entered_on=date(2026, 1, 5))
    return home, twin


def leave(home: Home) -> None:
    home.employment.left_on = date(2026, 11, 20)
    home.employment.save()


def test_of_the_same_dependent_of_both_the_persons_stays_and_the_others_comes_back(
    supervisor: Client, foreigner: Person
) -> None:
    home, twin = two_homes(foreigner)
    home.register(email="uno@example.com")
    filed = twin.register(email="otro@example.com")
    leave(twin)
    (mine,), (theirs,) = home.dependents, twin.dependents
    assert supervisor.post(page(foreigner, "join"), {"number": "6107654321", **CONFIRM}).status_code == 302
    assert (home.dependents, twin.dependents) == ([mine], [theirs])
    assert Employment.objects.filter(person=foreigner).count() == 2
    holder = with_key(Client(), make_key(home.employer))
    shown = text(holder.get("/empleadores/dependientes/").content)
    assert shown.count(mine.names) == 1
    receipt = holder.get(f"/empleadores/dependientes/comprobantes/{filed.pk}/")  # type: ignore[union-attr]
    assert CODE in text(receipt.content)
    assert holder.get(f"/empleadores/dependientes/trabajador/{foreigner.pk}/").status_code == 200
    said = {"reason": "dos-personas", "text": "Otra fecha de nacimiento."}
    address = reverse("foreigners:register-undo", args=[Join.objects.get().pk])
    assert supervisor.post(address, said).status_code == 302
    assert (home.dependents, twin.dependents) == ([mine], [theirs])
    assert Employment.objects.filter(person=twin.worker).count() == 1
    assert emails(home.employer, workers=[foreigner.pk, twin.worker.pk]) == {
        foreigner.pk: "uno@example.com",
        twin.worker.pk: "otro@example.com",
    }


def test_the_registration_that_lasts_longer_is_kept_by_joining_from_its_persons_page(
    supervisor: Client, foreigner: Person
) -> None:
    home, twin = two_homes(foreigner)
    home.register(fecha_hasta="20261231")
    twin.register()
    leave(twin)
    answer = supervisor.post(page(foreigner, "join"), {"number": "6107654321", **CONFIRM})
    assert answer.status_code == 409
    assert "desde la ficha de la otra" in text(answer.content)
    assert home.employer.name in text(answer.content)
    assert not Join.objects.exists()
    other_way = supervisor.post(page(twin.worker, "join"), {"number": CODE, **CONFIRM})
    assert other_way.status_code == 302
    assert Dependent.objects.get(worker=twin.worker).until_on is not None  # by age alone


def test_two_partners_and_who_depends_on_the_other_are_to_be_ended_first(
    supervisor: Client, foreigner: Person
) -> None:
    home, twin = two_homes(foreigner)
    home.register(**SPOUSE, numero_dependiente=cedula())
    twin.register(**SPOUSE, numero_dependiente=cedula())
    leave(twin)
    asked = {"number": "6107654321", **CONFIRM}
    answer = supervisor.post(page(foreigner, "join"), asked)
    assert (answer.status_code, "otro cónyuge" in text(answer.content)) == (409, True)
    Dependent.objects.filter(worker=twin.worker).update(until_on=date(2026, 11, 1), from_on=date(2026, 1, 5))
    Dependent.objects.filter(worker=foreigner).update(person=twin.worker)
    answer = supervisor.post(page(foreigner, "join"), asked)
    assert (answer.status_code, "nadie depende de sí mismo" in text(answer.content)) == (409, True)
    Dependent.objects.filter(worker=foreigner).update(until_on=date(2026, 11, 1), from_on=date(2026, 1, 5))
    assert supervisor.post(page(foreigner, "join"), asked).status_code == 302
    assert Dependent.objects.filter(worker=foreigner).count() == 2
    assert twin.worker.dependent_as.count() == 1  # it stays with the other
