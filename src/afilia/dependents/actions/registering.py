"""The only writer of registrations."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection
from django.db.models import F

from afilia.audit import actions as audit
from afilia.dependents.actions.telling import tell_workers
from afilia.dependents.facts import TOGETHER
from afilia.dependents.models import ChangeKind
from afilia.employers.models import Employer
from afilia.kit import queue
from afilia.novedades.actions import StalePlanError
from afilia.novedades.copying import copy_in
from afilia.novedades.models import Channel, Filing
from afilia.novedades.planning import lines_of
from afilia.novedades.rules.dependents import IDENTITY
from afilia.novedades.rules.layouts import Layout
from afilia.novedades.rules.plan import Answer, Outcome
from afilia.workers.actions import lock_people
from afilia.workers.models import IdentityKind

REGISTERING = (
    *("line", "worker_id", "person_id", "dependent_id", "document", "number", "relationship", "one"),
    *("names", "birth_on", "from_on", "until_on", "limit_on", "filed", "answer"),
)


def register(
    *,
    employer: Employer,
    by_number: str,
    folder: Path,
    layout: Layout,  # noqa: ARG001  there is one
    corrections_meant: bool,
    count: int,
    foreigner_prefixes: tuple[str, ...],
    filed_at: datetime,
) -> Filing:
    """Register a planned file and give the filing that holds it: see novedades.actions.register."""
    outcomes = [Outcome.NEW.value, *([Outcome.CORRECTION.value] if corrections_meant else [])]
    meant = (lines.filter(pl.col("outcome").is_in(outcomes)) for lines in lines_of(folder))
    return write(
        meant,
        employer=employer,
        by_number=by_number,
        channel=Channel.BATCH,
        count=count,
        foreigner_prefixes=foreigner_prefixes,
        filed_at=filed_at,
    )


def write(
    parts: Iterable[pl.DataFrame],
    *,
    employer: Employer,
    by_number: str,
    channel: Channel,
    count: int,
    foreigner_prefixes: tuple[str, ...],
    filed_at: datetime,
    actor: str = "system",
) -> Filing:
    """Write `count` planned lines: people not known yet, registrations, changes, a filing that holds them.

    Must be called in a transaction, with the employer's history locked and planned at its present version.
    Raises StalePlanError when another employer was first; nothing was written.
    """
    filing = Filing.objects.create(employer=employer, channel=channel, by_number=by_number, filed_at=filed_at)
    found = 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal found
        for lines in parts:
            found += lines.height
            yield lines

    arguments: dict[str, Any] = {
        "employer": employer.pk,
        "filing": filing.pk,
        "at": filed_at,
        "found": Answer.FOUND.value,
        "identity": IDENTITY,
        "prefixes": [f"{prefix}%" for prefix in foreigner_prefixes],
        "cedula": IdentityKind.CEDULA.value,
        "foreigner": IdentityKind.FOREIGNER_CODE.value,
        **{kind.name.lower(): kind.value for kind in ChangeKind},
    }
    with connection.cursor() as cursor:
        lock_people()
        cursor.execute(STAGE)
        copy_in("registering", REGISTERING, counted())
        cursor.execute(KNOWN, arguments)
        cursor.execute(RIVALS)
        if cursor.fetchone() != (False,):
            raise StalePlanError
        for statement in WRITE:
            cursor.execute(statement, arguments)
    if found != count:
        raise ValueError(f"{found} lines to register instead of {count}")
    Employer.objects.filter(pk=employer.pk).update(history_version=F("history_version") + 1)
    tell_workers(filing)
    if channel is Channel.FORM:  # a batch has a receipt and a row in the ledger of its own
        queue.defer("dependents.receipt", filing_id=filing.pk)
        audit.record(
            "dependents.registered",
            actor=actor,
            subject=f"filing:{filing.pk}",
            at=filed_at,
            facts={"channel": channel.value, "province": employer.province},
        )
    return filing


STAGE = """
CREATE TEMPORARY TABLE registering (line int, worker_id bigint, person_id bigint, dependent_id bigint,
    document varchar(1), number varchar(20), relationship varchar(1), one boolean, names varchar(300),
    birth_on date, from_on date, until_on date, limit_on date, filed jsonb, answer varchar(10),
    kind varchar(10), revision smallint) ON COMMIT DROP
"""
# Since the plan somebody may have added the person, or an official may have joined two people.
KNOWN = (
    "UPDATE registering r SET person_id = i.person_id FROM workers_identitynumber i "
    "WHERE r.document = %(identity)s AND i.number = r.number"
)
# Another employer may have registered a partner of one of the two.
RIVALS = """
SELECT EXISTS (SELECT 1 FROM registering r JOIN dependents_dependent x ON x.one
    AND (x.worker_id = r.worker_id AND x.id IS DISTINCT FROM r.dependent_id
         AND (x.person_id <> r.person_id) IS NOT FALSE
         OR x.person_id = r.person_id AND x.worker_id <> r.worker_id)
    AND {together} WHERE r.one)
""".replace("{together}", TOGETHER.format(first="r.from_on", last="r.until_on"))
WRITE = (
    "CREATE TEMPORARY TABLE newcomers ON COMMIT DROP AS "
    "SELECT number, names, birth_on, nextval(pg_get_serial_sequence('workers_person', 'id')) AS person_id, "
    "answer = %(found)s AS found FROM ("
    "SELECT DISTINCT ON (number) number, names, birth_on, answer FROM registering "
    "WHERE person_id IS NULL AND document = %(identity)s ORDER BY number, line) n",
    "INSERT INTO workers_person (id, names, birth_on, identity_confirmed_at) "
    "SELECT person_id, CASE WHEN found THEN names ELSE '' END, CASE WHEN found THEN birth_on END, "
    "CASE WHEN found THEN %(at)s::timestamptz END FROM newcomers",
    "INSERT INTO workers_identitynumber (number, kind, person_id) SELECT number, "
    "CASE WHEN number LIKE ANY(%(prefixes)s) THEN %(foreigner)s ELSE %(cedula)s END, person_id "
    "FROM newcomers",
    "UPDATE registering r SET person_id = n.person_id FROM newcomers n "
    "WHERE r.person_id IS NULL AND r.document = %(identity)s AND n.number = r.number",
    "UPDATE workers_person p SET names = r.names, birth_on = r.birth_on, identity_confirmed_at = %(at)s "
    "FROM registering r WHERE r.person_id = p.id AND p.identity_confirmed_at IS NULL "
    "AND r.answer = %(found)s",
    # What a correction is: another end alone ends or renews.
    "UPDATE registering r SET revision = d.revision + 1, kind = CASE "
    "WHEN d.filed - 'fecha_hasta' <> r.filed - 'fecha_hasta' THEN %(corrected)s "
    "WHEN r.until_on < coalesce(d.until_on, 'infinity') THEN %(ended)s "
    "WHEN d.until_on < coalesce(r.until_on, 'infinity') THEN %(renewed)s "
    "ELSE %(corrected)s END FROM dependents_dependent d WHERE d.id = r.dependent_id",
    "UPDATE registering SET revision = 0, kind = %(registered)s, "
    "dependent_id = nextval(pg_get_serial_sequence('dependents_dependent', 'id')) WHERE dependent_id IS NULL",
    "UPDATE dependents_dependent d SET person_id = r.person_id, document = r.document, number = r.number, "
    "relationship = r.relationship, one = r.one, names = r.names, birth_on = r.birth_on, "
    "from_on = r.from_on, until_on = r.until_on, limit_on = r.limit_on, filed = r.filed, "
    "revision = r.revision FROM registering r WHERE r.dependent_id = d.id",
    "INSERT INTO dependents_dependent (id, employer_id, worker_id, person_id, document, number, "
    "relationship, one, names, birth_on, from_on, until_on, limit_on, filed, revision) "
    "SELECT dependent_id, %(employer)s, worker_id, person_id, document, number, relationship, one, names, "
    "birth_on, from_on, until_on, "
    "limit_on, filed, revision FROM registering WHERE revision = 0 ORDER BY line",
    "INSERT INTO dependents_change (dependent_id, revision, kind, filing_id, line, at, until_on, filed) "
    "SELECT dependent_id, revision, kind, %(filing)s, line, %(at)s, until_on, filed "
    "FROM registering ORDER BY line",
    "DROP TABLE newcomers, registering",
)
