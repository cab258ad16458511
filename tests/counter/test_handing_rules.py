from dataclasses import replace
from datetime import timedelta

import pytest

from afilia.counter.rules import handing
from afilia.counter.rules.handing import Handing, HeldKey, Refusal, Road, Standing, State
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Applicant, WhoComes
from tests.builders import NOW

OWN, OTHER = "1710034065", "1710034073"
PREPARED = Handing(
    state=State.PREPARED,
    road=Road.SHEET,
    standing=Standing.NONE,
    is_supervised=False,
    has_reason=False,
    prepared_at=NOW,
    overtaken=False,
    times=0,
    seen=0,
    is_email_verified=True,
)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([], Standing.NONE),
        ([HeldKey(number=OWN, is_chosen=False)], Standing.HANDED),
        ([HeldKey(number=OWN, is_chosen=True)], Standing.CHOSEN),
        ([HeldKey(number=OTHER, is_chosen=False)], Standing.CHOSEN),
        ([HeldKey(number=OWN, is_chosen=False), HeldKey(number=OTHER, is_chosen=True)], Standing.CHOSEN),
    ],
)
def test_a_key_of_anybody_else_counts_as_a_key_of_the_employer(
    keys: list[HeldKey], expected: Standing
) -> None:
    assert handing.standing(keys, number=OWN) is expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"standing": Standing.HANDED}, None),
        ({"standing": Standing.CHOSEN}, Refusal.HAS_KEY),
        ({"standing": Standing.CHOSEN, "has_reason": True}, Refusal.HAS_KEY),
        ({"standing": Standing.CHOSEN, "is_supervised": True}, Refusal.NO_REASON),
        ({"standing": Standing.CHOSEN, "is_supervised": True, "has_reason": True}, None),
        ({"overtaken": True}, Refusal.OVERTAKEN),
        ({"seen": 1}, Refusal.TWICE),
        ({"seen": -1}, Refusal.TWICE),
        ({"is_email_verified": False}, None),
        ({"is_email_verified": False, "road": Road.LINK}, Refusal.NO_VERIFIED_EMAIL),
        ({"state": State.GIVEN, "times": 1}, Refusal.TWICE),
        ({"state": State.GIVEN, "times": 1, "seen": 1, "standing": Standing.HANDED}, None),
        ({"state": State.GIVEN, "times": 1, "seen": 1, "standing": Standing.CHOSEN}, Refusal.HAS_KEY),
        (
            {
                "state": State.GIVEN,
                "times": 1,
                "seen": 1,
                "standing": Standing.CHOSEN,
                "is_supervised": True,
                "has_reason": True,
            },
            Refusal.HAS_KEY,
        ),
    ],
    ids=str,
)
def test_why_no_key_is_handed_over(changes: dict[str, object], expected: Refusal | None) -> None:
    assert handing.refusal(replace(PREPARED, **changes), now=NOW) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "age", "expected"),
    [
        ({}, HOUR - MOMENT, None),
        ({}, HOUR, Refusal.TOO_LATE),
        ({"road": Road.LINK}, HOUR, Refusal.TOO_LATE),
        ({"state": State.GIVEN, "times": 1, "seen": 1}, HOUR, Refusal.TOO_LATE),
        ({"state": State.GIVEN, "times": 1, "seen": 1, "road": Road.LINK}, 9 * HOUR, None),
    ],
    ids=str,
)
def test_papers_serve_for_exactly_an_hour_and_a_link_is_sent_again_later(
    changes: dict[str, object], age: timedelta, expected: Refusal | None
) -> None:
    assert handing.refusal(replace(PREPARED, **changes), now=NOW + age) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("applicant", "who_comes", "identity", "expected"),
    [
        (Applicant.COMPANY, WhoComes.EMPLOYER, "cedula", ["solicitud-clave", "acuerdo", "cedula"]),
        (Applicant.COMPANY, WhoComes.EMPLOYER, "passport", ["solicitud-clave", "acuerdo", "pasaporte"]),
        (
            Applicant.ARTISAN,
            WhoComes.AUTHORISED_THIRD_PARTY,
            "cedula",
            ["solicitud-clave", "acuerdo", "cedula", "cedula-tercero", "calificacion-artesanal"],
        ),
    ],
)
def test_checklist_is_that_of_the_sheet_for_the_case(
    applicant: Applicant, who_comes: WhoComes, identity: str, expected: list[str]
) -> None:
    procedure = load().procedures[handing.PROCEDURE]
    asked = handing.papers(procedure, applicant=applicant, who_comes=who_comes, identity=identity)
    assert [one.options[0].document.slug for one in asked] == expected
    seen = {one.slug: one.options[0].document.slug for one in asked}
    assert handing.are_met(asked, seen=seen)
    for slug in seen:
        assert not handing.are_met(asked, seen={**seen, slug: "ruc"})
        assert not handing.are_met(asked, seen={key: value for key, value in seen.items() if key != slug})


def test_of_an_approved_case_identity_alone_is_seen_again() -> None:
    procedure = load().procedures[handing.PROCEDURE]
    asked = handing.papers(
        procedure,
        applicant=Applicant.ARTISAN,
        who_comes=WhoComes.AUTHORISED_THIRD_PARTY,
        identity="cedula",
        settled={"solicitud", "acuerdo", "identidad", "calificacion-artesanal", "ruc"},
    )
    assert [one.slug for one in asked] == ["identidad", "identidad-tercero"]
