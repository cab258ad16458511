"""The port to the Registro Civil: who has these cédulas? Answered by the local copy or by a service."""

import logging
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings

from afilia.registries.circuit import Circuit
from afilia.registries.models import CivilRecord

log = logging.getLogger(__name__)

LONGEST_NAMES = 300  # characters, as in the local copy
NUMBERS_PER_QUERY = 10_000
SECONDS_PER_STEP = 2.0  # to connect, to send, and between two pieces of an answer
REQUESTS_AT_ONCE = 8
TRIES = 2

circuit = Circuit()


@dataclass(frozen=True, kw_only=True)
class CivilPerson:
    """A person as the Registro Civil knows them."""

    cedula: str
    names: str
    birth_on: date
    death_on: date | None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the register said about each number asked: each is in exactly one of the three."""

    found: dict[str, CivilPerson] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)  # ask again later; nothing follows from it


class _NoAnswerError(Exception):
    pass


def look_up(numbers: Iterable[str], *, seconds: float = 15.0) -> Answer:
    """Ask the register for people by their cédulas; takes at most about `seconds` for all of them.

    Never raises for a register that is down, slow or talks nonsense: those numbers are `unanswered`.
    """
    asked = list(dict.fromkeys(numbers))
    if not settings.REGISTRO_CIVIL_URL:
        return _from_copy(asked)
    answer = _from_service(asked, deadline=time.monotonic() + seconds)
    if answer.unanswered:
        log.warning("Registro Civil: no answer for %d of %d numbers", len(answer.unanswered), len(asked))
    return answer


def _from_copy(asked: Sequence[str]) -> Answer:
    found = {}
    for start in range(0, len(asked), NUMBERS_PER_QUERY):
        for record in CivilRecord.objects.filter(pk__in=asked[start : start + NUMBERS_PER_QUERY]):
            found[record.cedula] = CivilPerson(
                cedula=record.cedula,
                names=record.names,
                birth_on=record.birth_on,
                death_on=record.death_on,
            )
    return Answer(found=found, unknown=set(asked) - found.keys())


def _from_service(asked: Sequence[str], *, deadline: float) -> Answer:
    token = settings.REGISTRO_CIVIL_TOKEN
    client = httpx.Client(
        base_url=settings.REGISTRO_CIVIL_URL,
        headers={"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {}),
        timeout=SECONDS_PER_STEP,
    )
    answer = Answer(unanswered=set(asked))
    pool = ThreadPoolExecutor(REQUESTS_AT_ONCE)
    futures = {pool.submit(_ask, client, number, deadline=deadline): number for number in asked}
    answered, _late = wait(futures, timeout=deadline - time.monotonic())
    # Nobody waits for a request that drips on beyond the deadline; its thread ends with the client.
    pool.shutdown(wait=False, cancel_futures=True)
    client.close()
    for future in answered:
        number = futures[future]
        try:
            person = future.result()
        except _NoAnswerError:
            continue
        answer.unanswered.discard(number)
        if person is None:
            answer.unknown.add(number)
        else:
            answer.found[number] = person
    return answer


def _ask(client: httpx.Client, number: str, *, deadline: float) -> CivilPerson | None:
    for _try in range(TRIES):
        if time.monotonic() >= deadline or not circuit.allows(now=time.monotonic()):
            break
        try:
            response = client.get(f"/personas/{quote(number, safe='')}")
            person = _person(response, number)
        except (httpx.HTTPError, _NoAnswerError):
            circuit.failed(now=time.monotonic())
        else:
            circuit.answered()
            return person
    raise _NoAnswerError


def _person(response: httpx.Response, number: str) -> CivilPerson | None:
    """The person of the answer, None when the register does not know the number."""
    try:
        content: Any = response.json()
        # The page «not found» of some proxy is no word of the register: its own answer is JSON.
        if response.status_code == httpx.codes.NOT_FOUND and isinstance(content, dict):
            return None
        person = CivilPerson(
            cedula=content["cedula"],
            names=content["names"],
            birth_on=date.fromisoformat(content["birth_on"]),
            death_on=date.fromisoformat(content["death_on"]) if content["death_on"] else None,
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _NoAnswerError from None
    named = isinstance(person.names, str) and person.names.strip() and person.names.isprintable()
    named = named and len(person.names) <= LONGEST_NAMES
    if response.status_code != httpx.codes.OK or person.cedula != number or not named:
        raise _NoAnswerError
    return person
