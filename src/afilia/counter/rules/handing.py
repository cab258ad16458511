"""When a key may be handed over at a counter, and on what papers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from afilia.procedures.rules import (
    Applicant,
    Channel,
    Procedure,
    Requirement,
    WhoComes,
    for_identity,
    requirements,
)

PROCEDURE = "clave-patronal"
PREPARED_LIFETIME = timedelta(hours=1)  # from the papers to the key, while the person stands there
LINK_TRIES = 5  # wrong numbers that a link takes


class Road(StrEnum):
    """How a key reaches who is to have it."""

    SHEET = "sheet"  # printed once
    LINK = "link"  # to the verified e-mail


class State(StrEnum):
    PREPARED = "prepared"  # the papers were seen
    GIVEN = "given"
    REFUSED = "refused"


class Standing(StrEnum):
    """How far an employer's person is on the way to a key of their own."""

    NONE = "none"
    HANDED = "handed"  # it waits to be changed for an own one, or expired meanwhile
    CHOSEN = "chosen"  # or another person of the employer has one


class Refusal(StrEnum):
    """Why no key is handed over."""

    HAS_KEY = "has-key"
    NO_REASON = "no-reason"  # another key in place of a chosen one
    TOO_LATE = "too-late"  # PREPARED_LIFETIME
    OVERTAKEN = "overtaken"  # another handing over came between
    TWICE = "twice"  # this one was done meanwhile
    INCOMPLETE = "incomplete"  # papers are missing
    NOT_ACTIVE = "not-active"  # at the SRI
    REGISTER_DOWN = "register-down"
    NO_VERIFIED_EMAIL = "no-verified-email"  # for a link
    NO_KEY = "no-key"  # to end a case that waits for one
    IDENTITY = "identity"  # the Registro Civil knows the number with other names


@dataclass(frozen=True, kw_only=True)
class HeldKey:
    number: str  # identification of the person
    is_chosen: bool  # by the person, who no longer has the one handed over


@dataclass(frozen=True, kw_only=True)
class Handing:
    """A handing over as it stands, and what is known when a key is asked for.

    `times` is how often it gave a key, `seen` how often when the page was made on which somebody asks.
    """

    state: State
    road: Road
    standing: Standing
    is_supervised: bool  # a supervisor does it
    has_reason: bool
    prepared_at: datetime
    overtaken: bool
    times: int
    seen: int
    is_email_verified: bool


def standing(keys: Iterable[HeldKey], *, number: str) -> Standing:
    """How it stands with the keys of an employer, for the person with that identification number."""
    held = list(keys)
    if any(key.is_chosen or key.number != number for key in held):
        return Standing.CHOSEN
    return Standing.HANDED if held else Standing.NONE


def papers(
    procedure: Procedure,
    *,
    applicant: Applicant,
    who_comes: WhoComes,
    identity: str,
    settled: Collection[str] = (),
) -> list[Requirement]:
    """What is to be seen at the counter: the requirements of the sheet for exactly this case.

    `identity` is the kind of the representative's identity document; `settled` are the slugs of the
    requirements that an approved case has met already, of which identity is seen again. KeyError where the
    procedure has nobody come so.
    """
    asked = requirements(procedure, Channel.COUNTER, applicant, who_comes)
    return [
        one
        for one in for_identity(asked, identity)
        if one.slug not in settled or any(option.identity for option in one.options)
    ]


def are_met(asked: Iterable[Requirement], *, seen: Mapping[str, str]) -> bool:
    """Whether each requirement has a document that serves it; `seen` has the document's slug for each."""
    return all(one.option(seen.get(one.slug, "")) is not None for one in asked)


def again_refusal(standing: Standing, *, is_supervised: bool, has_reason: bool) -> Refusal | None:
    """Why nobody gets another key who has one; a supervisor may give it, with a reason."""
    if standing is not Standing.CHOSEN:
        return None
    if not is_supervised:
        return Refusal.HAS_KEY
    return None if has_reason else Refusal.NO_REASON


def refusal(handing: Handing, *, now: datetime) -> Refusal | None:
    """Why a handing over gives no key now; None when it does, for the first time or in place of a spoilt one.

    A key printed anew ends the one before, so it is for who still has none of their own.
    """
    if handing.seen != handing.times:
        return Refusal.TWICE
    if handing.overtaken:
        return Refusal.OVERTAKEN
    waits = handing.state is State.GIVEN and handing.road is Road.LINK  # nobody stands there any more
    if not waits and now - handing.prepared_at >= PREPARED_LIFETIME:
        return Refusal.TOO_LATE
    if handing.road is Road.LINK and not handing.is_email_verified:
        return Refusal.NO_VERIFIED_EMAIL
    if handing.state is State.GIVEN:
        return Refusal.HAS_KEY if handing.standing is Standing.CHOSEN else None
    return again_refusal(handing.standing, is_supervised=handing.is_supervised, has_reason=handing.has_reason)
