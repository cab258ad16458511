from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from afilia.audit import queries, rules
from afilia.audit.models import Entry

CHAIN_LOCK = 0x6175646974  # "audit"
# References are checked now: at the end of the transaction the check may wait for the lock of someone who
# waits for the chain. In one message, since all others wait for whoever is here.
LOCK_CHAIN = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SELECT pg_advisory_xact_lock(%s)
"""


def record(
    event: str,
    *,
    actor: str,
    subject: str,
    at: datetime,
    facts: Mapping[str, rules.Fact] | None = None,
) -> Entry:
    """Add an entry to the ledger, in the transaction of the change that it tells of.

    Call it last: from here to the end of the transaction everyone else who records waits.
    `facts` are counts, codes and digests; never names, salaries or secrets.
    Raises TransactionManagementError outside a transaction, TypeError for fractions among the facts.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"{event}: record it in the transaction of its change")
    with connection.cursor() as cursor:
        cursor.execute(LOCK_CHAIN, [CHAIN_LOCK])
    previous, facts = queries.head(), dict(facts or {})
    return Entry.objects.create(
        at=at,
        event=event,
        actor=actor,
        subject=subject,
        facts=facts,
        previous=previous,
        digest=rules.digest(previous=previous, at=at, event=event, actor=actor, subject=subject, facts=facts),
    )
