from collections.abc import Sequence
from datetime import datetime

import pyotp
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from afilia.access import queries as access
from afilia.access.rules.keys import KeySubject
from afilia.access.rules.second_factor import DRIFT, steps
from afilia.access.rules.sessions import Ending
from afilia.kit import sealing
from afilia.offices.models import Office
from afilia.staff import rules
from afilia.staff.models import StaffDevice, StaffFactor, StaffMember, StaffRecoveryCode, StaffSession
from afilia.staff.rules import Role, Staff


def staff(member: StaffMember) -> Staff:
    """What the desk knows of an official."""
    return Staff(
        id=member.pk,
        names=member.names,
        email=member.email,
        roles=frozenset(map(Role, member.roles)),
        office_id=member.office_id,
        office=member.office.name if member.office else "",
        province=member.office.province if member.office else member.province,
    )


def account(email: str) -> StaffMember | None:
    """The account with that address, ended or not."""
    return StaffMember.objects.filter(email=email.lower()).first()


def member(member_id: int, *, changed_at: datetime) -> StaffMember | None:
    """The official, when the account goes on and its key was not changed after `changed_at`."""
    rows = StaffMember.objects.select_related("office")
    return rows.filter(pk=member_id, changed_at=changed_at, ended_at=None).first()


def member_for_change(member_id: int, *, changed_at: datetime | None = None) -> StaffMember | None:
    """The official whose account goes on, locked until the transaction ends."""
    rows = StaffMember.objects.select_for_update(no_key=True).filter(pk=member_id, ended_at=None)
    return (rows if changed_at is None else rows.filter(changed_at=changed_at)).first()


def account_for_change(email: str) -> StaffMember | None:
    """The account with that address, ended or not, locked until the transaction ends."""
    return StaffMember.objects.select_for_update(no_key=True).filter(email=email.lower()).first()


def key_subject(of: StaffMember | Staff) -> KeySubject:
    """What must not be in the key of an official."""
    return KeySubject(names=of.names, email=of.email)


def who(email: str) -> str:
    """How the tries and devices of an official's account are told from those of employers' people."""
    return f"staff:{email.lower()}"


def is_known_device(email: str, *, device: str) -> bool:
    """Whether the official with that address has signed in in the browser with that cookie."""
    digest = access.device_digest(who(email), device=device)
    return bool(device) and StaffDevice.objects.filter(digest=digest).exists()


def session(session_id: int, *, session_key: str) -> StaffSession | None:
    """The session with that number in the browser that has that session key."""
    found = StaffSession.objects.select_related("member__office")
    return found.filter(pk=session_id, digest=access.session_digest(session_key)).first()


def session_ending(session: StaffSession, *, now: datetime) -> Ending | None:
    """Why a session is over; None while it goes on."""
    member = session.member
    ended = member.ended_at is not None or member.changed_at != session.member_changed_at
    return access.browser_ending(session, ended=ended, now=now)


def sessions_of(staff: Staff, *, now: datetime) -> Sequence[StaffSession]:
    """The official's sessions that go on, the one used last first."""
    rows = StaffSession.objects.select_related("member").filter(member=staff.id).order_by("-seen_at", "-pk")
    return [row for row in rows if session_ending(row, now=now) is None]


def has_factor(member: StaffMember) -> bool:
    return StaffFactor.objects.filter(member=member, confirmed_at__isnull=False).exists()


def recovery_codes_left(staff: Staff) -> int:
    """How many of the official's recovery codes were not used."""
    return StaffRecoveryCode.objects.filter(factor__member=staff.id, used_at=None).count()


def factor_for_change(member_id: int) -> StaffFactor | None:
    """The second factor of an official, confirmed or not, locked until the transaction ends."""
    rows = StaffFactor.objects.select_related("member").select_for_update(of=("self",))
    return rows.filter(member=member_id, member__ended_at=None).first()


def factor_begun(member: StaffMember, *, session_key: str) -> StaffFactor | None:
    """The second factor that is being set up in a browser, in which alone its secret is shown."""
    begun_in = access.session_digest(session_key)
    return StaffFactor.objects.filter(member=member, begun_in=begun_in, confirmed_at=None).first()


def secret_purpose(member_id: int) -> str:
    return f"staff.second-factor:{member_id}"


def secret(factor: StaffFactor) -> str:
    """The secret of the authenticator app, in base32. Raises SealBrokenError after a change of the key."""
    return sealing.unseal(settings.CODES_KEY, purpose=secret_purpose(factor.member_id), sealed=factor.sealed)


def app_address(factor: StaffFactor) -> str:
    """The address that an authenticator app reads from the QR."""
    return pyotp.TOTP(secret(factor)).provisioning_uri(name=factor.member.email, issuer_name="Afilia")


def code_of_demo(member: StaffMember, *, now: datetime) -> str:
    """The next code that counts, for who tries the demo without an authenticator app; else nothing."""
    factor = StaffFactor.objects.filter(member=member, confirmed_at__isnull=False).first()
    if not settings.DEMO or factor is None:
        return ""
    now_step = steps(now)[DRIFT]
    step = max(now_step, factor.last_step + 1)
    return pyotp.TOTP(secret(factor)).generate_otp(step) if step in steps(now) else ""


def team(by: Staff) -> Sequence[StaffMember]:
    """The officials whose account goes on in the places that a supervisor reaches, by their names."""
    rows = StaffMember.objects.select_related("office").filter(_reached(by), ended_at=None)
    return list(rows.order_by("names", "pk"))


def managed(by: Staff, member_id: int) -> StaffMember | None:
    """The official, when their account goes on and is the supervisor's to manage."""
    rows = StaffMember.objects.select_related("office")
    found = rows.filter(_reached(by), pk=member_id, ended_at=None).first()
    return found if found is not None and rules.manages(by, staff(found)) else None


def _reached(by: Staff) -> Q:
    if by.office_id is not None:
        return Q(office=by.office_id)
    return Q(province=by.province) | Q(office__province=by.province) if by.province else Q()


def offices(by: Staff, *, now: datetime) -> Sequence[Office]:
    """The offices, open or to open, that a supervisor reaches, by their names."""
    rows = Office.objects.filter(Q(open_to=None) | Q(open_to__gte=timezone.localdate(now)))
    if by.office_id is not None:
        rows = rows.filter(pk=by.office_id)
    elif by.province:
        rows = rows.filter(province=by.province)
    return list(rows.order_by("name"))
