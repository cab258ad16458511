"""What is written when a key is handed over, and when it is not."""

from datetime import timedelta

import pytest

from afilia.access import actions as access
from afilia.access.models import EmployerKey
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.cases.models import Case
from afilia.cases.rules.moves import State as CaseState
from afilia.counter import actions
from afilia.counter.actions import RefusedError
from afilia.counter.models import Handover
from afilia.counter.queries import keys as queries
from afilia.counter.rules.handing import Refusal, Road, State
from afilia.notices.models import Message
from afilia.registries.models import SriLoad, SriRecord
from afilia.registries.rules import Standing
from afilia.staff.rules import Role
from tests.builders import NOW, cedula, make_key, make_taxpayer
from tests.counter.builders import (
    THIRD,
    give,
    make_applicant,
    make_approved,
    make_clerk,
    make_papers,
    make_prepared,
)
from tests.staff.builders import make_office

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]
HOUR = timedelta(hours=1)
MOMENT = timedelta(seconds=1)


def sign_in(number: str, key: str) -> object:
    return access.sign_in(number=number, key=key, address="192.0.2.1", now=NOW + 2 * MOMENT)


def refused(handover: Handover, *args: object, **options: object) -> Refusal:
    with pytest.raises(RefusedError) as error:
        give(handover, *args, **options)  # type: ignore[arg-type]
    return error.value.reason


def test_the_key_given_opens_the_page_to_choose_one_and_nothing_of_it_is_kept() -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk)
    key = give(handover, clerk)
    assert key is not None
    handover.refresh_from_db()
    assert (handover.state, handover.times, handover.agreement) == (State.GIVEN, 1, "1")
    held = employer.keys.get()
    assert sign_in(employer.representative.number, key) == held
    assert held.handed_until == NOW + timedelta(hours=72)
    rows = [str(row) for row in (*Entry.objects.values(), *Handover.objects.values())]
    mails = [str(row) for row in Message.objects.values()]
    assert not [row for row in rows + mails if key in row]


def test_the_ledger_names_who_handed_what_to_whom_without_naming_people() -> None:
    collector = cedula()
    employer, clerk = make_applicant(collector=collector), make_clerk()
    handover = make_prepared(employer, clerk, who_comes=THIRD, came_number=collector)
    give(handover, clerk)
    entry = Entry.objects.get(event="counter.key-handed-over")
    assert (entry.actor, entry.subject) == (f"staff:{clerk.id}", f"employer:{employer.pk}")
    assert entry.facts == {
        "handover": str(handover.pk),
        "office": handover.office.code,
        "province": handover.office.province,
        "channel": "counter",
        "case": None,
        "times": 1,
        "agreement": "1",
        "again": False,
        "who_comes": "authorised-third-party",
        "came_with": "cedula",
        "came": queries.reference(collector),
        "person": queries.reference(employer.representative.number),
        "road": "sheet",
    }
    seen = Entry.objects.get(event="counter.papers-seen").facts["seen"]
    assert seen["identidad-tercero"] == "cedula-tercero"
    ledger = str([*Entry.objects.values_list("facts", "actor", "subject")])
    for personal in (collector, employer.representative.number, "TERCERA", employer.ruc, employer.email):
        assert personal not in ledger
    actor = Entry.objects.get(event="key.handed-over").actor
    assert actor == f"staff:{clerk.id}"
    assert audit.head() is not None


def test_papers_that_are_missing_bring_no_key() -> None:
    employer, clerk = make_applicant(kind="artisan"), make_clerk()
    whole = make_papers(employer, who_comes=THIRD)
    assert set(whole.seen) == {
        "solicitud",
        "acuerdo",
        "identidad",
        "identidad-tercero",
        "calificacion-artesanal",
    }
    for slug in whole.seen:
        seen = {key: value for key, value in whole.seen.items() if key != slug}
        with pytest.raises(RefusedError) as error:
            make_prepared(employer, clerk, who_comes=THIRD, seen=seen)
        assert error.value.reason is Refusal.INCOMPLETE
    assert not Handover.objects.exists()


def test_a_spoilt_sheet_is_printed_again_and_the_first_key_is_dead() -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk)
    first = give(handover, clerk)
    assert refused(handover, clerk) is Refusal.TWICE
    second = give(handover, clerk, seen=1, now=NOW + MOMENT)
    assert first != second
    assert not isinstance(sign_in(employer.representative.number, str(first)), EmployerKey)
    assert isinstance(sign_in(employer.representative.number, str(second)), EmployerKey)
    assert Handover.objects.get().times == 2
    facts = Entry.objects.filter(event="counter.key-handed-over").values_list("facts__times", flat=True)
    assert [*facts] == [1, 2]


def test_of_two_officials_the_second_is_told_that_the_first_gave_the_key() -> None:
    employer, office = make_applicant(), make_office()
    first, second = make_clerk(office=office), make_clerk(office=office)
    one, other = make_prepared(employer, first), make_prepared(employer, second)
    give(one, first)
    assert refused(other, second) is Refusal.OVERTAKEN
    later = make_prepared(employer, second, now=NOW + MOMENT)
    assert give(later, second, now=NOW + MOMENT)


def test_nobody_hands_over_what_another_prepared() -> None:
    employer, office = make_applicant(), make_office()
    handover = make_prepared(employer, make_clerk(office=office))
    for other in (make_clerk(office=office), make_clerk()):
        with pytest.raises(Handover.DoesNotExist):
            give(handover, other)
    assert not EmployerKey.objects.exists()


def test_who_has_a_key_gets_another_from_a_supervisor_alone_who_says_why() -> None:
    employer, clerk = make_applicant(), make_clerk()
    make_key(employer, number=employer.representative.number)
    with pytest.raises(RefusedError) as error:
        make_prepared(employer, clerk, again="Me lo pidió")
    assert error.value.reason is Refusal.HAS_KEY
    supervisor = make_clerk(Role.SUPERVISOR)
    with pytest.raises(RefusedError) as error:
        make_prepared(employer, supervisor)
    assert error.value.reason is Refusal.NO_REASON
    handover = make_prepared(employer, supervisor, again="Ya no lee el correo registrado.")
    assert give(handover, supervisor)
    assert Entry.objects.get(event="counter.key-handed-over").facts["again"] is True


def test_a_key_chosen_meanwhile_is_not_taken_away_by_a_reprint() -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk)
    give(handover, clerk)
    held = employer.keys.get()
    access.choose_key(key=held, new_key="tijera nube caimito 7", now=NOW + MOMENT)
    assert refused(handover, clerk, seen=1, now=NOW + MOMENT) is Refusal.HAS_KEY


@pytest.mark.parametrize("standing", [Standing.CLOSED, Standing.SUSPENDED])
def test_a_ruc_that_is_not_active_gets_no_key(standing: Standing) -> None:
    employer, clerk = make_applicant(), make_clerk()
    SriRecord.objects.update(standing=standing)
    handover = make_prepared(employer, clerk)
    assert refused(handover, clerk) is Refusal.NOT_ACTIVE
    assert not EmployerKey.objects.exists()


def test_the_register_down_delays_and_loses_nothing() -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk)
    SriRecord.objects.all().delete()
    SriLoad.objects.all().delete()
    assert refused(handover, clerk) is Refusal.REGISTER_DOWN
    handover.refresh_from_db()
    assert (handover.state, handover.times) == (State.PREPARED, 0)
    make_taxpayer(employer.ruc)
    assert give(handover, clerk, now=NOW + 59 * timedelta(minutes=1))


def test_an_address_in_the_papers_takes_the_place_of_the_one_on_record() -> None:
    employer, clerk = make_applicant(), make_clerk()
    old = employer.email
    give(make_prepared(employer, clerk, email="papeles@example.org"), clerk)
    employer.refresh_from_db()
    assert (employer.email, employer.email_verified_at) == ("papeles@example.org", None)
    told = {*Message.objects.values_list("to", flat=True)}
    assert {old, "papeles@example.org"} <= told


def test_a_link_goes_only_to_the_address_that_was_verified() -> None:
    employer, clerk = make_applicant(email_verified_at=None), make_clerk()
    with pytest.raises(RefusedError) as error:
        make_prepared(employer, clerk, road=Road.LINK)
    assert error.value.reason is Refusal.NO_VERIFIED_EMAIL
    verified = make_applicant()
    with pytest.raises(RefusedError) as error:
        make_prepared(verified, clerk, road=Road.LINK, email="otro@example.org")
    assert error.value.reason is Refusal.NO_VERIFIED_EMAIL


def test_a_person_without_a_number_to_sign_in_with_gets_the_key_for_the_foreigner_code() -> None:
    employer, clerk = make_applicant(document="passport", number="AB123456"), make_clerk()
    handover = make_prepared(employer, clerk, number="6100000000")
    assert give(handover, clerk)
    assert employer.keys.get().number == "6100000000"
    assert (handover.came_document, handover.came_number) == ("passport", "AB123456")


def test_an_approved_case_is_delivered_with_its_key() -> None:
    office = make_office()
    case, clerk = make_approved(office), make_clerk(office=office)
    assert queries.waiting_cases(clerk) == [case]
    employer = queries.employer(case.employer_id)
    assert employer is not None
    handover = make_prepared(employer, clerk, case=case)
    assert [*handover.seen] == ["identidad"]
    assert give(handover, clerk)
    case.refresh_from_db()
    assert (case.state, handover.agreement) == (CaseState.DELIVERED, "1")
    assert queries.waiting_cases(clerk) == []
    assert give(handover, clerk, seen=1), "a spoilt sheet of a case delivered is printed again"


def test_an_approved_case_is_another_office_s_to_hand_over() -> None:
    case, stranger = make_approved(make_office()), make_clerk()
    employer = queries.employer(case.employer_id)
    assert employer is not None
    assert queries.waiting_cases(stranger) == []
    handover = make_prepared(employer, stranger, case=case)
    with pytest.raises(Handover.DoesNotExist):
        give(handover, stranger)
    assert Case.objects.get(pk=case.pk).state == CaseState.APPROVED
    assert not EmployerKey.objects.exists()


def test_a_refusal_says_why_to_employer_and_ledger() -> None:
    employer, clerk = make_applicant(), make_clerk()
    actions.refuse(
        employer=employer,
        who_comes=THIRD,
        reason="no-representa",
        text="Falta la autorización.",
        by=clerk,
        now=NOW,
    )
    message = Message.objects.get()
    assert message.to == employer.email
    assert "no representa al empleador" in message.text
    assert "Falta la autorización." in message.text
    assert Entry.objects.get().facts["reason"] == "no-representa"
    with pytest.raises(KeyError):
        actions.refuse(employer=employer, who_comes=THIRD, reason="ilegible", text="", by=clerk, now=NOW)


def test_papers_without_a_key_are_forgotten_and_keys_given_are_remembered() -> None:
    employer, clerk = make_applicant(), make_clerk()
    given = make_prepared(employer, clerk)
    give(given, clerk)
    make_prepared(employer, clerk, now=NOW)
    fresh = make_prepared(employer, clerk, now=NOW + 2 * HOUR)
    actions.forget_prepared(now=NOW + 25 * HOUR)
    assert {*Handover.objects.values_list("pk", flat=True)} == {given.pk, fresh.pk}
