"""The port to the Registro Civil: who has these cédulas? Answered by the local copy or by a service."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings

from afilia.registries.circuit import Circuit
from afilia.registries.errors import RegisterDownError
from afilia.registries.models import CivilRecord
from afilia.registries.service import Service

log = logging.getLogger(__name__)

LONGEST_NAMES = 300  # characters, as in the local copy
NUMBERS_PER_QUERY = 10_000

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
    service = Service(url=settings.REGISTRO_CIVIL_URL, token=settings.REGISTRO_CIVIL_TOKEN, circuit=circuit)
    paths = {number: f"/personas/{quote(number, safe='')}" for number in asked}
    said = service.ask(paths, _person, deadline=deadline)
    found = {number: person for number, person in said.items() if person}
    return Answer(found=found, unknown=said.keys() - found.keys(), unanswered=set(asked) - said.keys())


def _person(status: int, content: Any, number: str) -> CivilPerson | None:
    """The person of the answer, None when the register does not know the number."""
    # The page «not found» of some proxy is no word of the register: its own answer is JSON.
    if status == httpx.codes.NOT_FOUND and isinstance(content, dict):
        return None
    person = CivilPerson(
        cedula=content["cedula"],
        names=content["names"],
        birth_on=date.fromisoformat(content["birth_on"]),
        death_on=date.fromisoformat(content["death_on"]) if content["death_on"] else None,
    )
    named = isinstance(person.names, str) and person.names.strip() and person.names.isprintable()
    named = named and len(person.names) <= LONGEST_NAMES
    if status != httpx.codes.OK or person.cedula != number or not named:
        raise RegisterDownError
    return person
