from datetime import datetime

from django.conf import settings
from django.db import transaction

from afilia.access import queries
from afilia.access.actions import doors, tries
from afilia.access.actions.keys import is_key, session_tries
from afilia.access.actions.sessions import end_other_sessions
from afilia.access.actions.telling import tell
from afilia.access.models import EmployerKey, RecoveryCode, SecondFactor
from afilia.access.rules import limits
from afilia.access.rules import second_factor as rules
from afilia.audit import actions as audit
from afilia.kit import codes


@transaction.atomic
def begin_second_factor(*, holder: queries.Signed, session_id: int, now: datetime) -> None:
    """Make a secret for an authenticator app, which counts once a code of it was typed in the same session.

    Each time another one, and what was begun before is void: another session may have seen that secret.
    """
    secret = {
        "sealed": doors.new_secret(purpose=queries.secret_purpose(holder.key_id)),
        "begun_at": now,
        "begun_in": session_id,
    }
    factor = queries.second_factor_for_change(holder.key_id)
    if factor is None:  # of two sessions at once the first one's counts, and the other begins again
        SecondFactor.objects.get_or_create(key_id=holder.key_id, defaults=secret)
    elif factor.confirmed_at is None:
        SecondFactor.objects.filter(pk=factor.pk).update(**secret)


@transaction.atomic
def confirm_second_factor(
    *, holder: queries.Signed, session_id: int, present: str, code: str, now: datetime
) -> list[str] | limits.Refusal:
    """Ask for codes from now on; the result is the recovery codes, known only now.

    It needs the present key and a right code of the app, in the session that began it. All other sessions
    end: they showed no code.
    """
    factor = queries.second_factor_for_change(holder.key_id)
    if factor is None or factor.confirmed_at is not None or factor.begun_in != session_id:
        return limits.Refusal(reason=limits.Reason.WRONG)
    tried = session_tries(session_id)
    if refusal := _refused(factor, tried, present=present, code=code, recovery=False, now=now):
        return refusal
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)
    shown = _new_codes(factor)
    end_other_sessions(holder=holder, session_id=session_id, now=now)
    tell(factor.key, what="second_factor_on", now=now)
    _record("second-factor.on", factor.key, now=now)
    return shown


@transaction.atomic
def renew_recovery_codes(
    *, holder: queries.Signed, session_id: int, present: str, code: str, now: datetime
) -> list[str] | limits.Refusal:
    """Give new recovery codes, known only now; those of before serve no more.

    It needs the present key and a code of the app or a recovery code.
    """
    factor = queries.second_factor_for_change(holder.key_id)
    if factor is None or factor.confirmed_at is None:
        return limits.Refusal(reason=limits.Reason.WRONG)
    tried = session_tries(session_id)
    if refusal := _refused(factor, tried, present=present, code=code, recovery=True, now=now):
        return refusal
    factor.recovery_codes.all().delete()
    shown = _new_codes(factor)
    tell(factor.key, what="recovery_codes_new", now=now)
    _record("second-factor.codes-renewed", factor.key, now=now)
    return shown


@transaction.atomic
def end_second_factor(
    *, holder: queries.Signed, session_id: int, present: str, code: str, now: datetime
) -> limits.Refusal | None:
    """Ask for codes no more; it needs the present key and a code of the app or a recovery code."""
    factor = queries.second_factor_for_change(holder.key_id)
    if factor is None or factor.confirmed_at is None:
        return None
    tried = session_tries(session_id)
    if refusal := _refused(factor, tried, present=present, code=code, recovery=True, now=now):
        return refusal
    key = factor.key
    factor.delete()
    tell(key, what="second_factor_off", now=now)
    _record("second-factor.off", key, now=now)
    return None


@transaction.atomic
def prove_holder(
    *, holder: queries.Signed, session_id: int, present: str, code: str, now: datetime
) -> limits.Refusal | None:
    """Judge the present key, and the code where one is asked for, before what a stolen session must not do.

    None when both are right. `code` is of the app or a recovery code; without a second factor it is ignored.
    """
    tried = session_tries(session_id)
    factor = queries.second_factor_for_change(holder.key_id)
    if factor is not None and factor.confirmed_at is not None:
        return _refused(factor, tried, present=present, code=code, recovery=True, now=now)
    key = EmployerKey.objects.select_related("employer").filter(pk=holder.key_id).first()
    if key is None:
        return tries.count(tried, now=now).refusal
    return doors.judge_code(
        tried,
        right=lambda: is_key(key, typed=present),
        refused=lambda: _record("key.proof-refused", key, now=now),
        now=now,
    )


@transaction.atomic
def pass_second_factor(
    *, key: EmployerKey, code: str, now: datetime, device: str = "", address: str = ""
) -> limits.Refusal | None:
    """Judge the code of the app, or a recovery code, that follows the right key; None when it is right.

    `device` is the cookie of a browser; how tries are counted says `doors.code_tries`.
    """
    factor = queries.second_factor_for_change(key.pk)
    if factor is None or factor.confirmed_at is None:
        return None
    known = bool(device) and queries.is_known_device(key.number, device=device)
    tried = doors.code_tries(who=str(key.pk), code=code, device=device, known=known, address=address)
    return _refused(factor, tried, present=None, code=code, recovery=True, now=now)


def _refused(
    factor: SecondFactor,
    tried: tries.Buckets,
    *,
    present: str | None,
    code: str,
    recovery: bool,
    now: datetime,
) -> limits.Refusal | None:
    """Count a try, judge the key, where one was asked for, and the code, and use the code up."""
    plain, purpose = rules.plain(code), queries.secret_purpose(factor.key_id)

    def right() -> bool:
        return (present is None or is_key(factor.key, typed=present)) and (
            doors.use_code(factor, code=plain, purpose=purpose, now=now)
            or (recovery and _use_recovery_code(factor, plain, now=now))
        )

    return doors.judge_code(
        tried, right=right, refused=lambda: _record("second-factor.refused", factor.key, now=now), now=now
    )


def _new_codes(factor: SecondFactor) -> list[str]:
    shown = doors.new_recovery_codes()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(second_factor=factor, digest=_digest(factor, each)) for each in shown
    )
    return shown


def _use_recovery_code(factor: SecondFactor, code: str, *, now: datetime) -> bool:
    unused = factor.recovery_codes.filter(digest=_digest(factor, code), used_at=None)
    if not unused.update(used_at=now):
        return False
    tell(
        factor.key,
        what="recovery_code_used",
        now=now,
        left=factor.recovery_codes.filter(used_at=None).count(),
    )
    _record("second-factor.recovery-code", factor.key, now=now)
    return True


def _digest(factor: SecondFactor, code: str) -> bytes:
    return codes.digest(settings.CODES_KEY, purpose=f"second-factor:{factor.pk}", typed=code)


def _record(event: str, key: EmployerKey, *, now: datetime) -> None:
    audit.record(event, actor=f"holder:{key.pk}", subject=key.subject, at=now)
