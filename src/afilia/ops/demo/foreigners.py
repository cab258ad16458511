"""Requests for codes of the demo: one with an entry filed already, one for which an attorney will come."""

import tomllib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from afilia.employers.models import Employer
from afilia.employers.rules import Document
from afilia.foreigners.actions import entries, powers, preparing
from afilia.foreigners.asking import Asked, Comes, Signer
from afilia.foreigners.models import CodeRequest, Power
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.ops import demo
from afilia.ops.demo.cases import scan
from afilia.procedures.rules import WhoComes
from afilia.registries.civil import CivilPerson
from afilia.registries.models import CivilRecord
from afilia.workers import actions as workers

DATA: dict[str, Any] = tomllib.loads((demo.HERE / "foreigners.toml").read_text("utf-8"))
ACTOR = "system"
DAY = timedelta(days=1)


@transaction.atomic
def load(*, now: datetime) -> bool:
    """Prepare the made-up requests, where nobody has prepared any; say whether it did."""
    employers = {one.ruc: one for one in Employer.objects.filter(ruc__in=_rucs())}
    if set(employers) != _rucs() or CodeRequest.objects.exists() or Power.objects.exists():
        return False
    power = _power(employers[DATA["power"]["ruc"]], now=now - 2 * DAY)
    for raw in DATA["request"]:
        at = now - raw["age"] * DAY
        request = preparing.prepare(
            employer=employers[raw["ruc"]],
            asked=_asked(raw, power),
            by_number=demo.cedula(raw["by"]),
            actor=ACTOR,
            now=at,
        )
        if "entry" in raw:
            _entry(request, raw["entry"], by_number=demo.cedula(raw["by"]), now=at)
    for raw in DATA["coded"]:
        _coded(raw, now=now - raw["age"] * DAY)
    return True


def _coded(raw: dict[str, Any], *, now: datetime) -> None:
    """Somebody of the register, perhaps with a cédula since."""
    code = workers.issue_code(
        names=raw["names"],
        birth_on=raw["birth_on"],
        document=DocumentId(kind=DocumentKind(raw["kind"]), country=raw["country"], number=raw["number"]),
        prefix=settings.POLICY.foreigner_prefixes[0],
        now=now,
    )
    if "nine" in raw:
        cedula = demo.cedula(raw["nine"])
        known = {"names": raw["names"], "birth_on": raw["birth_on"]}
        CivilRecord.objects.create(cedula=cedula, **known)
        workers.join(
            number=code.number,
            other=cedula,
            register=CivilPerson(cedula=cedula, death_on=None, **known),
            by=ACTOR,
            reason="cedula",
            text="",
            now=now + 90 * DAY,
        )


def _rucs() -> set[str]:
    return {raw["ruc"] for raw in DATA["request"]}


def _power(employer: Employer, *, now: datetime) -> Power:
    raw, today = DATA["power"], timezone.localdate(now)
    granted = powers.Granted(
        document=Document.CEDULA,
        number=demo.cedula(raw["nine"]),
        country="",
        granted_on=today - 30 * DAY,
        valid_from=today - 30 * DAY,
        valid_until=today + 335 * DAY,
        **{name: raw[name] for name in ("names", "notary", "deed", "scope", "province")},
    )
    option = powers.option()
    return powers.submit(
        employer=employer,
        granted=granted,
        chunks=[scan(option)] if option else [],
        name="poder.jpg",
        by_number=demo.cedula(raw["by"]),
        actor=ACTOR,
        now=now,
    )


def _asked(raw: dict[str, Any], power: Power) -> Asked:
    contract = next(one for one in demo.DATA["contract"] if one["number"] == raw["contract"])
    attorney = raw.get("attorney", False)
    comes = Comes(document=Document(power.document), number=power.number, names=power.names)
    return Asked(
        signer=Signer(document=Document.CEDULA, number=demo.cedula(raw["by"]), names=raw["names"]),
        who_comes=WhoComes.ATTORNEY if attorney else WhoComes.EMPLOYER,
        comes=comes if attorney else None,
        power=power.pk if attorney else None,
        document=DocumentId(
            kind=DocumentKind(contract["kind"]), country=contract["country"], number=contract["number"]
        ),
        names=contract["names"],
        birth_on=contract["birth_on"],
        account=DATA["account"],
    )


def _entry(request: CodeRequest, values: dict[str, str], *, by_number: str, now: datetime) -> None:
    today = timezone.localdate(now)
    dated = {
        "anio": f"{today:%Y}",
        "mes": f"{today:%m}",
        "fecha_ingreso": f"{today:%Y%m%d}",
        "fecha_registro": f"{today:%Y%m%d}",
    }
    entries.file(
        request=request,
        branch=request.employer.branches.get(number=values["sucursal"]),
        values=values | dated,
        allowed=None,
        by_number=by_number,
        actor=ACTOR,
        now=now,
    )
