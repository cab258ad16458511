from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from afilia.employers.rules import Kind
from afilia.registration import actions, forms, rules
from afilia.registration.models import Uses
from afilia.registration.rules import Step, Use
from tests.builders import NOW
from tests.concurrency.conftest import Together

TAXPAYER = {"ruc": "1790085783001", "name": "COMERCIAL S. A.", "establishments": []}


def established(**changes: object) -> dict[str, object]:
    fields = {
        "number": 1,
        "name": "TIENDA",
        "open": True,
        "province": "GUAYAS",
        "canton": "MILAGRO",
        "parish": "",
    }
    return fields | changes


@pytest.mark.parametrize(
    ("kind", "asked", "not_asked"),
    [
        (Kind.COMPANY, {Step.RUC, Step.REPRESENTATIVE, Step.BRANCHES}, {Step.OWNER}),
        (Kind.PERSON, {Step.RUC, Step.BRANCHES}, {Step.OWNER, Step.DOCUMENT, Step.REPRESENTATIVE}),
        (Kind.ARTISAN, {Step.RUC}, {Step.DOCUMENT}),
        (Kind.FOREIGN_PERSON, {Step.DOCUMENT, Step.REPRESENTATIVE}, {Step.OWNER}),
        (Kind.DOMESTIC, {Step.OWNER}, {Step.RUC, Step.TAXPAYER, Step.BRANCHES, Step.REPRESENTATIVE}),
    ],
)
def test_each_kind_is_asked_its_own_questions(kind: Kind, asked: set[Step], not_asked: set[Step]) -> None:
    order = set(rules.steps({Step.KIND: {"kind": kind.value}}))
    assert asked <= order
    assert not not_asked & order
    assert set(rules.LAST) < order


@given(st.sets(st.sampled_from(list(Step))), st.sampled_from(list(Kind)))
def test_what_may_be_shown_is_all_that_was_answered_and_one_more(answered: set[Step], kind: Kind) -> None:
    answers = {step: {} for step in answered} | {Step.KIND: {"kind": kind.value}}
    open_step = rules.next_step(answers)
    assert rules.may_be_shown(open_step, answers)
    assert open_step is Step.CHECK or open_step not in answers
    order = (*rules.steps(answers), Step.CHECK)
    for step in order:
        assert rules.may_be_shown(step, answers) == (order.index(step) <= order.index(open_step))


@pytest.mark.parametrize(
    ("step", "dropped"),
    [
        (Step.KIND, rules.OF_THE_EMPLOYER),
        (Step.RUC, rules.OF_THE_EMPLOYER - {Step.RUC}),
        (Step.DOCUMENT, {Step.REPRESENTATIVE}),
        (Step.EMAIL, {Step.CODE}),
        (Step.PHONE, set()),
    ],
)
def test_another_answer_drops_what_it_makes_void_and_the_same_one_nothing(
    step: Step, dropped: set[Step]
) -> None:
    answers = {one: {"said": one.value} for one in Step}
    assert set(rules.with_answer(answers, step, {"said": "new"})) == set(Step) - dropped
    assert rules.with_answer(answers, step, {"said": step.value}) == answers


def test_branches_are_proposed_from_open_establishments_in_their_order() -> None:
    places = [established(), established(open=False), established(number=3, name="", parish="CHOBO")]
    assert rules.proposed_places({**TAXPAYER, "establishments": places}) == [
        {"name": "TIENDA", "address": "MILAGRO, GUAYAS"},
        {"name": "COMERCIAL S. A.", "address": "CHOBO, MILAGRO, GUAYAS"},
    ]
    assert rules.proposed_places(TAXPAYER) == [{"name": "COMERCIAL S. A.", "address": ""}]


@given(ruc=st.text(max_size=60))
@examples(max_examples=200)
def test_ruc_field_takes_thirteen_digits_or_says_why_not(ruc: str) -> None:
    form = forms.RucForm({"ruc": ruc})
    if form.is_valid():
        assert len(form.cleaned_data["ruc"]) == 13
        assert form.cleaned_data["ruc"].isdecimal()
    else:
        assert form.errors["ruc"]


@given(phone=st.text(max_size=50), email=st.text(max_size=50))
@examples(max_examples=100)
def test_any_text_is_a_telephone_or_an_address_or_an_error(phone: str, email: str) -> None:
    assert forms.PhoneForm({"phone": phone}).is_valid() in {True, False}
    form = forms.EmailForm({"email": email})
    if form.is_valid():
        assert "@" in form.cleaned_data["email"]


@pytest.mark.django_db
def test_uses_count_for_an_hour_and_then_anew(settings: object) -> None:
    settings.REGISTRATIONS_PER_HOUR = 2  # type: ignore[attr-defined]

    def use(now: object, address: str = "192.0.2.1") -> bool:
        try:
            actions._count(Use.REGISTRATION, address=address, now=now)
        except actions.LimitError:
            return False
        return True

    assert [use(NOW) for _ in range(4)] == [True, True, False, False]
    assert use(NOW, "192.0.2.2")
    assert not use(NOW + timedelta(minutes=59))
    assert use(NOW + timedelta(hours=1))
    assert [use(NOW, "2001:db8::1"), use(NOW, "2001:db8::2"), use(NOW, "2001:db8::3")] == [True, True, False]
    assert b"192.0.2" not in b"".join(bytes(uses.what) for uses in Uses.objects.all())


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_exactly_the_allowed_number_passes(settings: object, together: Together) -> None:
    settings.REGISTRATIONS_PER_HOUR = 3  # type: ignore[attr-defined]
    results = together(*[lambda: actions._count(Use.REGISTRATION, address="192.0.2.1", now=NOW)] * 10)
    assert results.count(None) == 3
    assert sum(isinstance(result, actions.LimitError) for result in results) == 7
