"""What somebody who asks too much brings: a proof of work by the browser, or where it cannot work, a wait.

Both are bound to a purpose and to the client's address, and signed; afilia.verification.actions.is_proved
sees to it that each serves once.
"""

import json
from base64 import b64decode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from altcha import v1 as altcha
from django.conf import settings
from django.core import signing

from afilia.kit import codes
from afilia.verification.rules import PROOF_LIFETIME, WAIT_OR_PROOF

HARDNESS = 150_000  # hashes at most: a second or two of a browser
TICKET = "verification.ticket"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a page asks of the browser before it goes on: the work as JSON, and the wait in its place."""

    challenge: str
    ticket: str
    seconds: int


def ask(*, purpose: str, held: str, address: str, now: datetime) -> Asked:
    """What the client at that address has to do; `held` is the ticket that it has, or empty."""
    return Asked(
        challenge=challenge(purpose=purpose, address=address, now=now),
        ticket=ticket(held, purpose=purpose, address=address, now=now),
        seconds=int(WAIT_OR_PROOF.total_seconds()),
    )


def challenge(*, purpose: str, address: str, now: datetime) -> str:
    """The work to be done by the client at that address, as JSON."""
    options = altcha.ChallengeOptions(
        max_number=HARDNESS,
        hmac_key=_key(),
        expires=now + PROOF_LIFETIME,
        params={"for": _whose(purpose, address)},
    )
    return json.dumps(altcha.create_challenge(options).to_dict())


def solved(payload: str, *, purpose: str, address: str, now: datetime) -> str | None:
    """The challenge that a payload solves; None when it solves none, too late, or that of another client."""
    fields = _fields(payload)
    if fields is None or not altcha.verify_solution(fields, _key(), check_expires=False)[0]:
        return None
    params = altcha.extract_params(fields)
    whose, expires = params.get("for", [""]), params.get("expires", ["0"])
    if whose != [_whose(purpose, address)] or len(expires) != 1 or int(expires[0]) <= now.timestamp():
        return None
    return str(fields["challenge"])


def ticket(held: str, *, purpose: str, address: str, now: datetime) -> str:
    """What shows later that the client at that address waited: the ticket that it holds, or one of now."""
    if _age(held, purpose=purpose, address=address, now=now) is not None:
        return held
    return signing.dumps({"for": _whose(purpose, address), "at": now.timestamp()}, salt=TICKET)


def waited(held: str, *, purpose: str, address: str, now: datetime) -> bool:
    """Whether a ticket of the client at that address is as old as the wait, and not much older."""
    age = _age(held, purpose=purpose, address=address, now=now)
    return age is not None and age >= WAIT_OR_PROOF.total_seconds()


def _age(held: str, *, purpose: str, address: str, now: datetime) -> float | None:
    """Seconds since a ticket of that client was given; None when it is not one, or too old."""
    try:
        content = signing.loads(held, salt=TICKET)
    except signing.BadSignature:
        return None
    age: float = now.timestamp() - content["at"]
    return (
        age if content["for"] == _whose(purpose, address) and age < PROOF_LIFETIME.total_seconds() else None
    )


def _fields(payload: str) -> Any:
    """The parts of a payload as the library wants them, None for anything else."""
    try:
        fields = json.loads(b64decode(payload, validate=True))
    except (ValueError, RecursionError):
        return None
    texts = ("algorithm", "challenge", "salt", "signature")
    shaped = (
        isinstance(fields, dict)
        and all(isinstance(fields.get(name), str) and fields[name].isascii() for name in texts)
        and type(fields.get("number")) is int
    )
    return fields if shaped else None


def _key() -> str:
    return codes.derive(settings.SECRET_KEY, purpose="verification.proof", subject="altcha")


def _whose(purpose: str, address: str) -> str:
    return codes.digest(settings.SECRET_KEY, purpose=f"proof:{purpose}", typed=address).hex()
