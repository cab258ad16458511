from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from afilia.access.actions import doors
from afilia.offices.models import Office
from afilia.staff import queries, rules
from afilia.staff.actions.keys import set_key
from afilia.staff.actions.telling import tell
from afilia.staff.actions.writing_down import record
from afilia.staff.models import StaffFactor, StaffMember, StaffSession
from afilia.staff.rules import Fault, Role, Staff


class MemberExistsError(Exception):
    """There is an account with that address, and it goes on."""


class NotGrantedError(Exception):
    """Roles that nobody can have there, or that are not the supervisor's to give; `reason` says which."""

    def __init__(self, reason: Fault) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def add_member(
    *,
    email: str,
    names: str,
    roles: Collection[Role],
    office: Office | None,
    province: str = "",
    by: Staff | str,
    now: datetime,
) -> str:
    """Make an account for an official and return the key to hand over: the only time that it is known.

    It opens nothing but the page to choose a key, for AFILIA_HANDED_KEY_HOURS. The account of a leaver begins
    anew. `by` is a supervisor, or the name of an operator, who may give all roles. Raises NotGrantedError,
    MemberExistsError.
    """
    office_id = None if office is None else office.pk
    _refuse_beyond(by, roles, office_id=office_id, province=province if office is None else office.province)
    member = queries.account_for_change(email)
    if member is not None and member.ended_at is None:
        raise MemberExistsError
    if member is None:
        member = StaffMember(email=email.lower(), added_at=now)
    member.names, member.roles, member.ended_at = names, sorted(role.value for role in roles), None
    member.office, member.province = office, province if office is None else ""
    key = doors.new_handed_key()
    try:
        with transaction.atomic():
            set_key(member, key=key, now=now, handed_until=_handed_until(now))
    except IntegrityError:  # another one added the same person at the same moment
        raise MemberExistsError from None
    StaffFactor.objects.filter(member=member).delete()
    tell(member, what="account_made", now=now, until=member.handed_until)
    record("staff.added", member_id=member.pk, now=now, actor=_actor(by), **_facts(member))
    return key


@transaction.atomic
def change_roles(*, by: Staff, member_id: int, roles: Collection[Role], now: datetime) -> bool:
    """Give an official other roles in the same place; no when the account is not the supervisor's to manage.

    Raises NotGrantedError. They count from the next page on.
    """
    member = _managed(by, member_id)
    if member is None:
        return False
    place = queries.staff(member)
    _refuse_beyond(by, roles, office_id=place.office_id, province=place.province)
    before, member.roles = member.roles, sorted(role.value for role in roles)
    if member.roles != before:
        member.save(update_fields=["roles"])
        record(
            "staff.roles-changed",
            member_id=member.pk,
            now=now,
            actor=by.actor,
            before=before,
            **_facts(member),
        )
    return True


@transaction.atomic
def reset_member(*, by: Staff | str, member_id: int, now: datetime) -> str | None:
    """Take an official's key and second factor away, and return a key to hand over, known only now.

    It is the road for who lost the phone and the recovery codes, or forgot the key: the supervisor has them
    before their eyes. `by` may be the name of an operator, for a supervisor for whom nobody answers. None
    when the account is not theirs to manage.
    """
    member = _managed(by, member_id)
    if member is None:
        return None
    key = doors.new_handed_key()
    StaffFactor.objects.filter(member=member).delete()
    set_key(member, key=key, now=now, handed_until=_handed_until(now))
    tell(member, what="access_reset", now=now, until=member.handed_until)
    record("staff.access-reset", member_id=member.pk, now=now, actor=_actor(by))
    return key


@transaction.atomic
def end_member(*, by: Staff, member_id: int, now: datetime) -> bool:
    """End the account of who leaves, with all its sessions; no when it is not the supervisor's to manage."""
    member = _managed(by, member_id)
    if member is None:
        return False
    member.ended_at = now
    member.save(update_fields=["ended_at"])
    StaffSession.objects.filter(member=member, ended_at=None).update(ended_at=now)
    StaffFactor.objects.filter(member=member).delete()
    tell(member, what="account_ended", now=now)
    record("staff.ended", member_id=member.pk, now=now, actor=by.actor)
    return True


def _managed(by: Staff | str, member_id: int) -> StaffMember | None:
    """The account, locked, when it goes on and is theirs to manage."""
    member = queries.member_for_change(member_id)
    if member is None or isinstance(by, str):
        return member
    return member if rules.manages(by, queries.staff(member)) else None


def _refuse_beyond(by: Staff | str, roles: Collection[Role], *, office_id: int | None, province: str) -> None:
    if isinstance(by, Staff):
        fault = rules.grant_fault(by, roles, office_id=office_id, province=province)
    else:
        fault = rules.place_fault(roles, office_id=office_id)
    if fault is not None:
        raise NotGrantedError(fault)


def _handed_until(now: datetime) -> datetime:
    return now + timedelta(hours=settings.HANDED_KEY_HOURS)


def _actor(by: Staff | str) -> str:
    return by.actor if isinstance(by, Staff) else f"operator:{by}"


def _facts(member: StaffMember) -> dict[str, str | list[str] | int | None]:
    return {"roles": member.roles, "office": member.office_id, "province": member.province}
