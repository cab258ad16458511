"""The link in place of a printed key: behind it the person chooses a key of their own."""

from datetime import datetime
from secrets import compare_digest

from django.db import transaction

from afilia.access import actions as access
from afilia.access.actions.keys import hold
from afilia.access.models import EmployerKey
from afilia.audit import actions as audit
from afilia.counter.models import Handover
from afilia.counter.queries import keys as queries


@transaction.atomic
def open_link(*, digest: bytes, number: str, now: datetime) -> bool | None:
    """Whether the number is that of the person whose key waits behind a link; None when the link is dead.

    Wrong ones are counted, and the last one kills the link.
    """
    found = _locked(digest, now=now)
    if found is None:
        return None
    handover, _ = found
    if compare_digest(handover.number.encode(), number.encode()):
        return True
    handover.tries += 1
    handover.save(update_fields=["tries"])
    _record("counter.link-refused", handover, now=now)
    return False


@transaction.atomic
def use_link(*, digest: bytes, number: str, new_key: str, now: datetime) -> EmployerKey | None:
    """Let the person choose a key in place of the one that waits behind a link, which is spent by this.

    None when the link is dead or the number another one's. Raises KeyRefusedError.
    """
    found = _locked(digest, now=now)
    if found is None or not compare_digest(found[0].number.encode(), number.encode()):
        return None
    handover, behind = found
    hold(employer=handover.employer, number=handover.number)
    handover.used_at = now
    handover.save(update_fields=["used_at"])
    chosen = access.choose_key(key=behind, new_key=new_key, now=now)
    if chosen is None:  # another handing over was faster
        transaction.set_rollback(True)
        return None
    _record("counter.link-used", handover, now=now)
    return chosen


def _locked(digest: bytes, *, now: datetime) -> tuple[Handover, EmployerKey] | None:
    """A link that is good, locked until the transaction ends."""
    found = queries.of_link(digest, now=now)
    if found is None:
        return None
    queries.handover_for_change(found[0].pk)
    return queries.of_link(digest, now=now)


def _record(event: str, handover: Handover, *, now: datetime) -> None:
    audit.record(
        event,
        actor="anonymous",
        subject=f"employer:{handover.employer_id}",
        at=now,
        facts={"handover": str(handover.pk)},
    )
