"""The port to the SRI: who has this RUC, and in what standing? Answered by the local copy or by a service."""

import logging
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from afilia.identifiers.person import are_digits
from afilia.identifiers.ruc import LENGTH
from afilia.registries.circuit import Circuit
from afilia.registries.errors import RegisterDownError
from afilia.registries.models import SriLoad, SriRecord
from afilia.registries.rules import EstablishmentState, Standing, TaxpayerKind
from afilia.registries.service import Service

__all__ = [
    "Establishment",
    "RegisterDownError",
    "Standing",
    "Taxpayer",
    "TaxpayerKind",
    "copy_loaded_on",
    "look_up",
]

log = logging.getLogger(__name__)

LONGEST_TEXT = 1000  # characters

circuit = Circuit()


@dataclass(frozen=True, kw_only=True)
class Establishment:
    """A place of business as the SRI numbers it, which is not a branch of the institution."""

    number: int
    name: str  # of the trade, often empty
    open: bool
    province: str
    canton: str
    parish: str


@dataclass(frozen=True, kw_only=True)
class Taxpayer:
    """A taxpayer as the SRI knows it; the establishments are in the order of their numbers."""

    ruc: str
    name: str
    standing: Standing
    kind: TaxpayerKind
    taxpayer_class: str
    started_on: date | None
    establishments: tuple[Establishment, ...]


def look_up(ruc: str, *, seconds: float = 5.0) -> Taxpayer | None:
    """The taxpayer with a RUC, None when the register knows none; takes at most about `seconds`.

    Raises RegisterDownError when there is no answer: the service is down, slow or talks nonsense; nothing was
    ever loaded into the local copy; or the last file loaded no longer has this RUC, which it should keep
    for good.
    """
    if not are_digits(ruc, LENGTH):
        return None
    if not settings.SRI_URL:
        return _from_copy(ruc)
    service = Service(url=settings.SRI_URL, token=settings.SRI_TOKEN, circuit=circuit)
    said = service.ask({ruc: f"/contribuyentes/{ruc}"}, _taxpayer, deadline=time.monotonic() + seconds)
    if ruc not in said:
        log.warning("SRI: no answer")
        raise RegisterDownError
    return said[ruc]


def copy_loaded_on() -> date | None:
    """The day, in Ecuador, of the last load into the local copy; None where nothing was ever loaded."""
    latest = SriLoad.objects.aggregate(latest=Max("loaded_at"))["latest"]
    return timezone.localdate(latest) if latest else None


def _from_copy(ruc: str) -> Taxpayer | None:
    records = list(SriRecord.objects.filter(ruc=ruc).order_by("number"))
    if not records and SriLoad.objects.exists():
        return None
    present = [record for record in records if not record.missing_since]
    if not present:
        raise RegisterDownError
    # Files of several provinces and days may disagree about a taxpayer.
    newest = max(present, key=lambda record: (record.updated_on or date.min, record.load_id))
    return Taxpayer(
        ruc=ruc,
        name=newest.name,
        standing=Standing(newest.standing),
        kind=TaxpayerKind(newest.kind),
        taxpayer_class=newest.taxpayer_class,
        started_on=newest.started_on,
        establishments=tuple(
            Establishment(
                number=record.number,
                name=record.trade_name,
                open=record.state == EstablishmentState.OPEN,
                province=record.province,
                canton=record.canton,
                parish=record.parish,
            )
            for record in present
        ),
    )


def _taxpayer(status: int, content: Any, ruc: str) -> Taxpayer | None:
    """The taxpayer of the service's answer, None when the register does not know the RUC."""
    # The page «not found» of some proxy is no word of the register: its own answer is JSON.
    if status == httpx.codes.NOT_FOUND and isinstance(content, dict):
        return None
    if status != httpx.codes.OK or content["ruc"] != ruc:
        raise RegisterDownError
    return Taxpayer(
        ruc=ruc,
        name=_text(content["name"], needed=True),
        standing=Standing(content["standing"]),
        kind=TaxpayerKind(content["kind"]),
        taxpayer_class=_text(content["class"]),
        started_on=date.fromisoformat(content["started_on"]) if content["started_on"] is not None else None,
        establishments=_establishments(content["establishments"]),
    )


def _establishments(content: Any) -> tuple[Establishment, ...]:
    if not isinstance(content, list):
        raise RegisterDownError
    found = {raw["number"]: _establishment(raw) for raw in content}
    if len(found) != len(content):
        raise RegisterDownError
    return tuple(found[number] for number in sorted(found))


def _establishment(raw: Any) -> Establishment:
    number = raw["number"]
    if type(number) is not int or number < 1:
        raise RegisterDownError
    return Establishment(
        number=number,
        name=_text(raw["name"]),
        open=EstablishmentState(raw["state"]) is EstablishmentState.OPEN,
        province=_text(raw["province"]),
        canton=_text(raw["canton"]),
        parish=_text(raw["parish"]),
    )


def _text(value: Any, *, needed: bool = False) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not (value.isprintable() or not value):
        raise RegisterDownError
    if needed and not value.strip():
        raise RegisterDownError
    return value
