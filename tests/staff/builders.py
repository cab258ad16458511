"""Made-up officials. Each call makes a new one; changes are fields of the model."""

from collections.abc import Collection
from datetime import date, datetime
from itertools import count

import pyotp
from django.test import Client

from afilia.access.actions import doors
from afilia.offices.models import Office
from afilia.staff import queries, sessions
from afilia.staff.actions import factor as factors
from afilia.staff.actions.keys import set_key
from afilia.staff.models import StaffFactor, StaffMember, StaffRecoveryCode, StaffSession
from afilia.staff.rules import Role
from tests.builders import FIRST, NOW, with_session

STAFF_KEY = "caimito lento bajo el farol"

_numbers = count(FIRST)


def make_office(**changes: object) -> Office:
    """An office of Quito that has been open since 2024."""
    number = next(_numbers)
    fields = {
        "code": f"PRUEBA-{number}",
        "name": f"Oficina de prueba {number}",
        "province": "17",
        "city": "Quito",
        "address": "Calle de Prueba 1",
        "counters": 4,
        "open_from": date(2024, 1, 2),
    }
    return Office.objects.create(**fields | changes)


def make_staff(
    *roles: Role, now: datetime = NOW, key: str = "", handed_until: datetime | None = None, **changes: object
) -> StaffMember:
    """An official of a new office in Quito unless `office` or `province` is given; a counter without roles.

    With a `key` it can be typed; without one the account has none that anybody knows, which costs no work.
    """
    number = next(_numbers)
    fields = {
        "email": f"funcionario{number}@example.org",
        "names": f"Funcionaria de Prueba {number}",
        "roles": [role.value for role in roles or (Role.COUNTER,)],
        "encoded": "no one's",
        "changed_at": now,
        "added_at": now,
        "handed_until": handed_until,
    }
    if "office" not in changes and "province" not in changes:
        changes["office"] = make_office()
    member = StaffMember.objects.create(**fields | changes)
    if key:
        set_key(member, key=key, now=now, handed_until=handed_until)
    return member


def make_factor(member: StaffMember, *, codes: Collection[str] = (), now: datetime = NOW) -> pyotp.TOTP:
    """The authenticator app of an official, confirmed; `codes` are the recovery codes."""
    factor = StaffFactor.objects.create(
        member=member,
        sealed=doors.new_secret(purpose=queries.secret_purpose(member.pk)),
        begun_at=now,
        begun_in=b"\0" * 32,
        confirmed_at=now,
    )
    StaffRecoveryCode.objects.bulk_create(
        StaffRecoveryCode(factor=factor, digest=factors.digest(factor, code=code)) for code in codes
    )
    return pyotp.TOTP(queries.secret(factor))


def sign_in_staff(client: Client, member: StaffMember) -> Client:
    """The same client with an open session of the official, without the work of a sign-in."""
    return with_session(
        client, sessions.door.entry, StaffSession, member=member, member_changed_at=member.changed_at
    )
