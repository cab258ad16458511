"""The accountant of the demo, to whom three employers gave access: in a branch, to all, to read only."""

import secrets
from datetime import datetime

from django.utils import timezone

from afilia.access.actions.keys import set_accountants_key
from afilia.access.models import Accountant, Delegation
from afilia.access.queries.helping import account, link_digest
from afilia.employers.models import Employer
from afilia.ops import demo

RAW = demo.DATA["accountant"]
NUMBER = demo.cedula(RAW["nine"])


def is_present() -> bool:
    """Data of an older demo have none."""
    return account(NUMBER, RAW["email"]) is not None


def load(*, now: datetime) -> None:
    """Open the account and let each client have given it access."""
    key = set_accountants_key(held=None, number=NUMBER, key=RAW["key"], now=now)
    account = Accountant.objects.create(
        key=key, email=RAW["email"], names=RAW["name"], confirmed_at=now, opened_at=now
    )
    for raw in RAW["client"]:
        employer = Employer.objects.get(ruc=raw["ruc"])
        given = Delegation.objects.create(
            employer=employer,
            number=NUMBER,
            email=account.email,
            key=key,
            acts=raw["acts"],
            from_on=timezone.localdate(now),
            link=link_digest(secrets.token_hex()),
            invited_at=now,
            invited_by=next(each.number for each in demo.KEYS if each.ruc == employer.ruc),
            lapses_at=now,
            accepted_at=now,
        )
        given.branches.set(employer.branches.filter(number__in=raw["branches"]))
