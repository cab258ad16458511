"""The port to the SUT of the Ministry of Labour: whose contract did this employer register?

Answered by the local copy or by a service.
"""

import logging
import time
from datetime import date
from typing import Any
from urllib.parse import urlencode

import httpx
from django.conf import settings
from django.db.models import Q

from afilia.identifiers.foreign import DocumentId, DocumentKind, document_number
from afilia.identifiers.person import are_digits
from afilia.identifiers.ruc import LENGTH
from afilia.registries.circuit import Circuit
from afilia.registries.contracts import LONGEST_NAMES, Contract
from afilia.registries.errors import RegisterDownError
from afilia.registries.models import SutRecord
from afilia.registries.service import Service

__all__ = ["Contract", "RegisterDownError", "is_copy_loaded", "look_up"]

log = logging.getLogger(__name__)

circuit = Circuit()


def look_up(*, ruc: str, number: str, birth_on: date, seconds: float = 5.0) -> tuple[Contract, ...]:
    """The contracts of an employer with the foreigner who has that document or was born on that day.

    More than the one asked for, so that a slip in a number can be shown as what it is: see
    `contracts.nearest`. Takes at most about `seconds`. Raises RegisterDownError when there is no answer: the
    service is down, slow or talks nonsense, or nothing was ever loaded into the local copy.
    """
    if not are_digits(ruc, LENGTH):
        return ()
    if not settings.SUT_URL:
        return _from_copy(ruc, number, birth_on)
    service = Service(url=settings.SUT_URL, token=settings.SUT_TOKEN, circuit=circuit)
    asked = urlencode({"documento": number, "nacimiento": birth_on.isoformat()})
    said = service.ask({ruc: f"/contratos/{ruc}?{asked}"}, _contracts, deadline=time.monotonic() + seconds)
    if ruc not in said:
        log.warning("SUT: no answer")
        raise RegisterDownError
    return said[ruc]


def is_copy_loaded() -> bool:
    """Whether the local copy holds anything."""
    return SutRecord.objects.exists()


def _from_copy(ruc: str, number: str, birth_on: date) -> tuple[Contract, ...]:
    records = SutRecord.objects.filter(Q(number=number) | Q(birth_on=birth_on), ruc=ruc).order_by("pk")
    found = tuple(
        Contract(
            ruc=record.ruc,
            document=DocumentId(kind=DocumentKind(record.kind), country=record.country, number=record.number),
            names=record.names,
            birth_on=record.birth_on,
            registered_on=record.registered_on,
        )
        for record in records
    )
    if not found and not is_copy_loaded():
        raise RegisterDownError
    return found


def _contracts(status: int, content: Any, ruc: str) -> tuple[Contract, ...]:
    """The contracts of the service's answer; none where it knows no such employer."""
    # The page «not found» of some proxy is no word of the register: its own answer is JSON.
    if status == httpx.codes.NOT_FOUND and isinstance(content, dict):
        return ()
    if status != httpx.codes.OK or content["ruc"] != ruc or not isinstance(content["contracts"], list):
        raise RegisterDownError
    return tuple(_contract(raw, ruc) for raw in content["contracts"])


def _contract(raw: Any, ruc: str) -> Contract:
    names, country, number = raw["names"], raw["country"], raw["number"]
    if not all(isinstance(text, str) and text.isprintable() for text in (names, country, number)):
        raise RegisterDownError
    kept = document_number(number)
    if kept is None or not names.strip() or len(names) > LONGEST_NAMES:
        raise RegisterDownError
    if len(country) != len("EC") or not country.isupper():
        raise RegisterDownError
    return Contract(
        ruc=ruc,
        document=DocumentId(kind=DocumentKind(raw["kind"]), country=country, number=kept),
        names=names,
        birth_on=date.fromisoformat(raw["birth_on"]),
        registered_on=date.fromisoformat(raw["registered_on"]),
    )
