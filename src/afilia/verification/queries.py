from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from afilia.kit import codes
from afilia.notices import queries as notices
from afilia.notices.rules import Delivery
from afilia.verification import rules
from afilia.verification.models import Attempt, Code
from afilia.verification.rules import State

OBJECTION = Signer(salt="verification.objection")


def attempt(attempt_id: UUID | str, *, purpose: str) -> Attempt | None:
    return Attempt.objects.filter(pk=attempt_id, purpose=purpose).first()


def attempts_for_change(*attempt_ids: UUID) -> list[Attempt]:
    """These attempts, locked until the transaction ends.

    For a caller that does more than one thing about them: all locks come before the first entry in the
    ledger, whose own lock is everybody's.
    """
    return list(Attempt.objects.select_for_update().filter(pk__in=attempt_ids).order_by("pk"))


def is_open(attempt: Attempt, *, now: datetime) -> bool:
    """Whether codes of the attempt can still be asked for and typed."""
    return rules.is_open(State(attempt.state), started_at=attempt.started_at, now=now)


def attempt_of_link(digest: bytes, *, purpose: str, now: datetime) -> Attempt | None:
    """The open attempt whose mail carried the link with this `link_digest`, while the link lives."""
    found = Code.objects.select_related("attempt").filter(link=digest, attempt__purpose=purpose).first()
    lives = found and rules.is_live(sent_at=found.sent_at, now=now) and is_open(found.attempt, now=now)
    return found.attempt if found and lives else None


def attempt_of_objection(token: str, *, purpose: str) -> Attempt | None:
    """The attempt, open or not, to which the owner of the address objects with the token of a mail."""
    try:
        return attempt(UUID(OBJECTION.unsign(token)), purpose=purpose)
    except (BadSignature, ValueError):
        return None


def seconds_left(attempt: Attempt, *, now: datetime) -> int:
    """Whole seconds until the code sent last dies; 0 when it is dead or the attempt is over."""
    last = _last(attempt)
    if last is None or not is_open(attempt, now=now):
        return 0
    return rules.seconds_left(sent_at=last.sent_at, now=now)


def codes_left(attempt: Attempt) -> int:
    """How many more codes may be asked for."""
    return max(rules.CODES_PER_ATTEMPT - attempt.codes.count(), 0)


def delivery_state(attempt: Attempt, *, now: datetime) -> Delivery:
    """What has become of the mail sent last."""
    last = _last(attempt)
    if last is None or last.message is None:
        return Delivery.EXPIRED
    return notices.delivery(last.message, now=now)


def delivery_state_for_strangers(attempt: Attempt, *, now: datetime) -> Delivery:
    """What may be told of the mail sent last to who must not learn whether it is to somebody."""
    last = _last(attempt)
    if last is None or last.message is None:
        return Delivery.EXPIRED
    return notices.delivery_for_strangers(last.message, now=now)


def objection_token(attempt: Attempt) -> str:
    return OBJECTION.sign(attempt.pk.hex)


def code_digest(attempt: Attempt, typed: str) -> bytes:
    return codes.digest(settings.SECRET_KEY, purpose=f"verification:{attempt.pk.hex}", typed=typed)


def link_digest(token: str) -> bytes:
    return codes.digest(settings.SECRET_KEY, purpose="verification-link", typed=token)


def tallied(scope: str, *, of: str) -> bytes:
    """The keyed hash under which something is counted; `scope` begins with the name of the app."""
    return codes.digest(settings.SECRET_KEY, purpose=f"tally:{scope}", typed=of)


def _last(attempt: Attempt) -> Code | None:
    return attempt.codes.select_related("message").order_by("-sent_at", "-pk").first()
