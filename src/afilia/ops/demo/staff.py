"""The officials of the demo, of each role, at its first office of the capital or in that province."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from afilia.access import hashing
from afilia.kit import sealing
from afilia.offices.models import Office
from afilia.ops import demo
from afilia.staff import queries
from afilia.staff.models import StaffFactor, StaffMember

PROVINCE = "17"
DATA: dict[str, Any] = tomllib.loads((demo.HERE / "staff.toml").read_text("utf-8"))
KEY: str = DATA["key"]


@dataclass(frozen=True, kw_only=True)
class Official:
    email: str
    names: str
    roles: tuple[str, ...]
    has_office: bool
    label: str


OFFICIALS = tuple(
    Official(
        email=raw["email"],
        names=raw["names"],
        roles=tuple(raw["roles"]),
        has_office=raw["at"] == "office",
        label=raw["label"],
    )
    for raw in DATA["member"]
)


def present() -> list[Official]:
    """Those who have an account: data of an older demo have none, and a demo without offices no counter."""
    known = set(StaffMember.objects.filter(ended_at=None).values_list("email", flat=True))
    return [official for official in OFFICIALS if official.email in known]


def load(*, now: datetime) -> None:
    """Make the accounts, each with KEY and an authenticator app whose codes the page shows."""
    office = Office.objects.filter(province=PROVINCE).order_by("pk").first()
    encoded = hashing.encode(KEY)
    for official in OFFICIALS:
        if official.has_office and office is None:
            continue  # nobody attends where there is no office
        member = StaffMember.objects.create(
            email=official.email,
            names=official.names,
            roles=list(official.roles),
            office=office if official.has_office else None,
            province="" if official.has_office else PROVINCE,
            encoded=encoded,
            changed_at=now,
            added_at=now,
        )
        purpose = queries.secret_purpose(member.pk)
        StaffFactor.objects.create(
            member=member,
            sealed=sealing.seal(settings.CODES_KEY, purpose=purpose, text=DATA["secret"]),
            begun_at=now,
            begun_in=bytes(32),
            confirmed_at=now,
        )
