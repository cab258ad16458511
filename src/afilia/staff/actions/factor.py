from datetime import datetime

from django.conf import settings
from django.db import transaction

from afilia.access import queries as access
from afilia.access.actions import doors, tries
from afilia.access.rules import limits
from afilia.access.rules import second_factor as rules
from afilia.kit import codes
from afilia.staff import queries
from afilia.staff.actions.telling import tell
from afilia.staff.actions.writing_down import record
from afilia.staff.models import StaffFactor, StaffMember, StaffRecoveryCode


@transaction.atomic
def begin_factor(*, member: StaffMember, session_key: str, now: datetime) -> None:
    """Make a secret for the authenticator app of who typed the right key and has none yet.

    It serves in the browser with that session alone, once a code of it was typed there. What was begun before
    is void: another browser may have seen that secret.
    """
    queries.member_for_change(member.pk)
    factor = queries.factor_for_change(member.pk)
    if factor is not None and factor.confirmed_at is not None:
        return
    StaffFactor.objects.update_or_create(
        member=member,
        defaults={
            "sealed": doors.new_secret(purpose=queries.secret_purpose(member.pk)),
            "begun_at": now,
            "begun_in": access.session_digest(session_key),
        },
    )


@transaction.atomic
def confirm_factor(
    *, member: StaffMember, session_key: str, code: str, now: datetime
) -> list[str] | limits.Refusal:
    """Judge the first code of the app that was set up in a browser; the result is the recovery codes.

    They are known only now. From now on each sign-in asks for a code.
    """
    factor = queries.factor_for_change(member.pk)
    begun_in = access.session_digest(session_key)
    if factor is None or factor.confirmed_at is not None or bytes(factor.begun_in) != begun_in:
        return limits.Refusal(reason=limits.Reason.WRONG)
    tried = {tries.bucket("staff-enrolment", of=str(member.pk)): limits.PAIR}
    if refusal := _refused(factor, tried, code=code, now=now):
        return refusal
    StaffFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)
    shown = doors.new_recovery_codes()
    StaffRecoveryCode.objects.bulk_create(
        StaffRecoveryCode(factor=factor, digest=digest(factor, code=each)) for each in shown
    )
    tell(factor.member, what="second_factor_on", now=now)
    record("second-factor.on", member_id=member.pk, now=now)
    return shown


@transaction.atomic
def pass_factor(
    *, member: StaffMember, code: str, now: datetime, device: str = "", address: str = ""
) -> limits.Refusal | None:
    """Judge the code of the app, or a recovery code, that follows the right key; None when it is right.

    `device` is the cookie of a browser; how tries are counted says `doors.code_tries`. Without a second
    factor no code is right.
    """
    factor = queries.factor_for_change(member.pk)
    if factor is None or factor.confirmed_at is None:
        return limits.Refusal(reason=limits.Reason.WRONG)
    known = queries.is_known_device(member.email, device=device)
    who = queries.who(member.email)
    tried = doors.code_tries(who=who, code=code, device=device, known=known, address=address)
    return _refused(factor, tried, code=code, now=now)


def _refused(factor: StaffFactor, tried: tries.Buckets, *, code: str, now: datetime) -> limits.Refusal | None:
    plain, purpose = rules.plain(code), queries.secret_purpose(factor.member_id)

    def right() -> bool:
        return doors.use_code(factor, code=plain, purpose=purpose, now=now) or _use_recovery_code(
            factor, plain, now=now
        )

    return doors.judge_code(
        tried,
        right=right,
        refused=lambda: record("second-factor.refused", member_id=factor.member_id, now=now),
        now=now,
    )


def _use_recovery_code(factor: StaffFactor, code: str, *, now: datetime) -> bool:
    unused = factor.recovery_codes.filter(used_at=None)
    if not unused.filter(digest=digest(factor, code=code)).update(used_at=now):
        return False
    tell(factor.member, what="recovery_code_used", now=now, left=unused.count())
    record("second-factor.recovery-code", member_id=factor.member_id, now=now)
    return True


def digest(factor: StaffFactor, *, code: str) -> bytes:
    return codes.digest(settings.CODES_KEY, purpose=f"staff-second-factor:{factor.pk}", typed=code)
