import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from afilia.audit import actions as audit
from afilia.kit import addresses
from afilia.notices import actions as notices
from afilia.verification import proof, queries, rules
from afilia.verification.models import Attempt, Code, Tally
from afilia.verification.rules import SendRefusal, State, Verdict

LINK_BYTES = 20


@transaction.atomic
def open_attempt(
    *, purpose: str, email: str, template: str, facts: dict[str, Any], now: datetime, deliver: bool = True
) -> Attempt:
    """Begin to verify an address, with a first code on its way.

    `template` is a mail's (notices.actions.post); besides `facts`, which must be JSON and hold no secret, it
    gets `code`, `link` (a token for the address of a page), `objection` (a token for «no fui yo»),
    `minutes` and `public_url`. With `deliver=False` all of it is done and written and nothing is sent, so
    that nobody learns that the address is nobody's; no code of it is ever right.

    Like all of these actions it writes into the ledger: a caller takes its own locks before.
    """
    attempt = Attempt.objects.create(
        purpose=purpose,
        email=email if deliver else "",
        template=template,
        facts=facts,
        started_at=now,
    )
    _send(attempt, to=attempt.email, now=now)
    return attempt


@transaction.atomic
def send_code(*, attempt: Attempt, now: datetime, deliver: bool = True) -> SendRefusal | None:
    """Send another code; those in the post stay good for their own three minutes.

    `deliver` as in `open_attempt`.
    """
    locked = _locked(attempt.pk)
    if locked is None or not queries.is_open(locked, now=now):
        return SendRefusal.OVER
    if not queries.codes_left(locked):
        return SendRefusal.LIMIT
    _send(locked, to=locked.email if deliver else "", now=now)
    return None


@transaction.atomic
def judge_code(*, attempt_id: UUID, typed: str, now: datetime, burns: bool = True) -> Verdict:
    """Judge a typed code. The first right one burns all the codes of the attempt.

    With `burns=False` a right one leaves the attempt open, for what is spent later (`close_attempt`).
    The try is counted against every living code in one statement before it is judged, and tries at one
    attempt wait for one another, so no more than TRIES_PER_CODE are judged, however many come at once.
    """
    attempt = _locked(attempt_id)
    if attempt is None or not queries.is_open(attempt, now=now):
        return Verdict.OVER
    verdict = rules.judge(
        queries.code_digest(attempt, typed),
        usable=_count_try(attempt, now=now),
        any_lives=bool(queries.seconds_left(attempt, now=now)),
    )
    if verdict not in {Verdict.RIGHT, Verdict.WRONG}:
        return verdict  # nothing was judged, and whoever goes on guessing does not fill the ledger
    if verdict is Verdict.RIGHT and burns:
        _close(attempt, State.PROVED, now=now)
    audit.record(
        "verification.judged",
        actor="anonymous",
        subject=f"attempt:{attempt.pk}",
        at=now,
        facts={"purpose": attempt.purpose, "verdict": verdict},
    )
    return verdict


@transaction.atomic
def close_attempt(*, attempt_id: UUID, proved: bool, now: datetime) -> bool:
    """Burn all that an attempt sent: what it was for is done (`proved`), or somebody ended it.

    False when it was not open any more: of two who close it at once one is told so.
    """
    attempt = _locked(attempt_id)
    if attempt is None or not queries.is_open(attempt, now=now):
        return False
    _close(attempt, State.PROVED if proved else State.ENDED, now=now)
    audit.record(
        "verification.closed",
        actor="anonymous",
        subject=f"attempt:{attempt.pk}",
        at=now,
        facts={"purpose": attempt.purpose, "proved": proved},
    )
    return True


def forget_attempts(*, before: datetime) -> None:
    """Forget the attempts begun before that time, with their codes and all that hangs on them."""
    Attempt.objects.filter(started_at__lt=before).delete()


TALLY = """
INSERT INTO verification_tally AS tally (what, since, times)
SELECT what, %(now)s, 1 FROM unnest(%(whats)s::bytea[]) WITH ORDINALITY AS given (what, place) ORDER BY place
ON CONFLICT (what) DO UPDATE SET
    times = CASE WHEN tally.since <= %(before)s THEN 1 ELSE tally.times + 1 END,
    since = CASE WHEN tally.since <= %(before)s THEN EXCLUDED.since ELSE tally.since END
RETURNING what, times
"""


def tally(*, what: bytes, window: timedelta, now: datetime) -> int:
    """Count one more of what is `queries.tallied`, and how often it was within the window of the first one.

    The row stays locked until the transaction ends: who counts several does so always in one order.
    """
    return tally_all(whats=[what], window=window, now=now)[0]


def tally_all(*, whats: Sequence[bytes], window: timedelta, now: datetime) -> list[int]:
    """The same for several at once, all different; they are locked in the order in which they are given."""
    with connection.cursor() as cursor:
        cursor.execute(TALLY, {"whats": [*whats], "now": now, "before": now - window})
        times = {bytes(what): int(count) for what, count in cursor.fetchall()}
    return [times[what] for what in whats]


@transaction.atomic
def take_back(*, whats: Iterable[bytes]) -> None:
    """Count one less of each, in the order in which they were counted: it came to nothing."""
    for what in whats:
        Tally.objects.filter(what=what).update(times=F("times") - 1)


def is_proved(*, purpose: str, solution: str, ticket: str, address: str, now: datetime) -> bool:
    """Whether the browser worked or waited; each proof serves once, and one wait at a time an address.

    `solution` and `ticket` are what it brought of afilia.verification.proof, or empty.
    """
    if solution and (challenge := proof.solved(solution, purpose=purpose, address=address, now=now)):
        return tally(what=queries.tallied("proof", of=challenge), window=rules.WINDOW, now=now) == 1
    if ticket and proof.waited(ticket, purpose=purpose, address=address, now=now):
        waits = queries.tallied(f"wait:{purpose}", of=addresses.subscriber(address))
        return tally(what=waits, window=rules.WAIT_OR_PROOF, now=now) == 1
    return False


def forget_tallies(*, now: datetime) -> None:
    """Forget the counts that no longer count in any window up to rules.WINDOW."""
    Tally.objects.filter(since__lte=now - rules.WINDOW).delete()


def _send(attempt: Attempt, *, to: str, now: datetime) -> None:
    code = f"{secrets.randbelow(10**rules.CODE_DIGITS):0{rules.CODE_DIGITS}}"
    link = secrets.token_hex(LINK_BYTES)
    message = notices.post(
        to=to,
        template=attempt.template,
        facts={
            **attempt.facts,
            "code": code,
            "link": link,
            "objection": queries.objection_token(attempt),
            "minutes": rules.CODE_LIFETIME.seconds // 60,
        },
        now=now,
        secret=True,
        expires_at=now + rules.CODE_LIFETIME,
    )
    Code.objects.create(
        attempt=attempt,
        digest=queries.code_digest(attempt, code if to else secrets.token_hex(LINK_BYTES)),
        link=queries.link_digest(link),
        sent_at=now,
        message=message,
    )
    audit.record(
        "verification.code-sent",
        actor="anonymous",
        subject=f"attempt:{attempt.pk}",
        at=now,
        facts={"purpose": attempt.purpose},
    )


def _locked(attempt_id: UUID) -> Attempt | None:
    return next(iter(queries.attempts_for_change(attempt_id)), None)


def _close(attempt: Attempt, state: State, *, now: datetime) -> None:
    attempt.state, attempt.ended_at = state, now
    attempt.save(update_fields=["state", "ended_at"])


COUNT_TRY = """
UPDATE verification_code SET tries = tries + 1
WHERE attempt_id = %(attempt)s AND tries < %(tries)s AND sent_at > %(since)s
RETURNING digest
"""


def _count_try(attempt: Attempt, *, now: datetime) -> list[bytes]:
    """Count a try against each code that lives and has one left; the result is the codes' digests."""
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT_TRY,
            {"attempt": attempt.pk, "tries": rules.TRIES_PER_CODE, "since": now - rules.CODE_LIFETIME},
        )
        return [bytes(digest) for (digest,) in cursor.fetchall()]
