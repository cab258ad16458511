"""Planned lines become rows of the labour history, and employments follow."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.db.models import F

from afilia.employers.models import Employer
from afilia.novedades.copying import copy_in
from afilia.novedades.models import Channel, Filing
from afilia.novedades.planning import lines_of
from afilia.novedades.rules.layouts import Effect, Layout
from afilia.novedades.rules.plan import Answer, Outcome
from afilia.workers.actions import lock_people
from afilia.workers.models import IdentityKind

NOVEDAD = (
    *("filing_id", "line", "employment_id", "kind", "period", "subject", "revision"),
    *("amount", "due_on", "details"),
)
ENTERING = (
    *("line", "number", "branch_id", "person_id", "on_date", "period", "subject"),
    *("revision", "amount", "due_on", "details", "answer", "names", "birth_on"),
)
MANY = 1_000  # new rows that the planner of the database must learn of at once


class StalePlanError(Exception):
    """Two people of a plan may have been joined since it was made. Nothing was registered: plan again."""


def lock_history(employer: Employer) -> int:
    """Lock an employer's labour history until the transaction ends, and give its version.

    Rows that refer to the employer can still be added.
    """
    locked = Employer.objects.select_for_update(no_key=True)
    return locked.values_list("history_version", flat=True).get(pk=employer.pk)


def history_changed(employer: Employer) -> None:
    """Have every plan made again that rests on the history as it was."""
    Employer.objects.filter(pk=employer.pk).update(history_version=F("history_version") + 1)


def register(
    *,
    employer: Employer,
    by_number: str,
    folder: Path,
    layout: Layout,
    corrections_meant: bool,
    count: int,
    foreigner_prefixes: tuple[str, ...],
    filed_at: datetime,
) -> Filing:
    """Register a planned file in the labour history, and give the filing that holds it.

    `folder` holds the plan, made at the present version of the history, which must be locked. A correction
    is registered only when it is meant. Must be called in a transaction; an IntegrityError from the natural
    key means that the same novedad is there already, a ValueError that the folder does not hold the `count`
    lines that are to be registered. Raises StalePlanError.
    """
    filing = Filing.objects.create(
        employer=employer, channel=Channel.BATCH, by_number=by_number, filed_at=filed_at
    )
    write(
        filing,
        folder=folder,
        layout=layout,
        corrections_meant=corrections_meant,
        count=count,
        foreigner_prefixes=foreigner_prefixes,
    )
    return filing


def write(
    filing: Filing,
    *,
    folder: Path,
    layout: Layout,
    corrections_meant: bool,
    count: int,
    foreigner_prefixes: tuple[str, ...],
) -> None:
    """Write what a plan says into the labour history as part of a filing."""
    outcomes = [Outcome.NEW.value, *([Outcome.CORRECTION.value] if corrections_meant else [])]
    found = 0

    def meant() -> Iterator[pl.DataFrame]:
        nonlocal found
        for lines in lines_of(folder):
            part = lines.filter(pl.col("outcome").is_in(outcomes))
            found += part.height
            yield part

    if layout.effect is Effect.ENTRY:
        for lines in meant():
            beginning = pl.col("outcome") == Outcome.NEW.value
            _keep_earlier(lines.filter(beginning & (pl.col("revision") == 0)))
            _enter(lines.filter(beginning), filing, foreigner_prefixes, alone=count == 1)
            _append([lines.filter(~beginning)], filing, layout.type)
        if corrections_meant:
            _pay_at_entry(filing)
    else:
        _append(meant(), filing, layout.type)
    if found != count:
        raise ValueError(f"the plan in {folder} has {found} lines to register instead of {count}")
    if layout.effect is Effect.EXIT:
        leave(filing)
    if count >= MANY:
        transaction.on_commit(partial(_analyse, layout), robust=True)
    history_changed(filing.employer)


def _analyse(layout: Layout) -> None:
    """Have the database count its rows: it would do so within a minute, and the next file may be quicker.

    Until then it takes a young table for empty, and goes through all of it for each line of a plan. A small
    sample is enough for that.
    """
    tables = [f"novedades_novedad_{layout.type.lower()}"]
    if layout.effect is Effect.ENTRY:
        tables += ["workers_person", "workers_identitynumber", "workers_employment"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL default_statistics_target = 10")
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _append(parts: Iterable[pl.DataFrame], filing: Filing, kind: str) -> None:
    """Add novedades of employments that exist, in the order of the index that they go into."""
    rows = (
        lines.sort("employment_id").with_columns(
            pl.lit(filing.pk, dtype=pl.Int64).alias("filing_id"), pl.lit(kind).alias("kind")
        )
        for lines in parts
    )
    copy_in("novedades_novedad", NOVEDAD, rows)


def _enter(lines: pl.DataFrame, filing: Filing, foreigner_prefixes: tuple[str, ...], *, alone: bool) -> None:
    """Add the people who are not known yet, the employments that begin, and their novedades.

    A line that is not `alone` may be about the same person as another one since their numbers were joined.
    """
    if lines.is_empty():
        return
    lock_people()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE entering (line int, number varchar(10), branch_id bigint, "
            "person_id bigint, on_date date, period int, subject varchar(40), revision int, "
            "amount numeric(13, 2), due_on date, details jsonb, answer varchar(10), names varchar(300), "
            "birth_on date, fresh boolean NOT NULL DEFAULT false) "
            "ON COMMIT DROP"
        )
        copy_in("entering", ENTERING, [lines])
        arguments: dict[str, Any] = {
            "employer": filing.employer_id,
            "filing": filing.pk,
            "at": filing.filed_at,
            "found": Answer.FOUND.value,
            "prefixes": [f"{prefix}%" for prefix in foreigner_prefixes],
            "cedula": IdentityKind.CEDULA.value,
            "foreigner": IdentityKind.FOREIGNER_CODE.value,
        }
        cursor.execute(FIND)
        if cursor.fetchone() != (False,) and not alone:
            raise StalePlanError
        for statement in ENTER:
            cursor.execute(statement, arguments)


# Since the plan another employer may have added the person, and an official may have joined two people.
FIND = """
WITH found AS (
    UPDATE entering n SET person_id = i.person_id FROM workers_identitynumber i
    WHERE i.number = n.number AND n.person_id IS DISTINCT FROM i.person_id
    RETURNING n.number, n.person_id
)
SELECT EXISTS (
    SELECT FROM found f JOIN workers_identitynumber j ON j.person_id = f.person_id AND j.number <> f.number
)
"""
ENTER = (
    "UPDATE entering SET fresh = true, person_id = nextval(pg_get_serial_sequence('workers_person', 'id')) "
    "WHERE person_id IS NULL",
    "INSERT INTO workers_person (id, names, birth_on, identity_confirmed_at) "
    "SELECT person_id, coalesce(names, ''), birth_on, "
    "CASE WHEN answer = %(found)s THEN %(at)s::timestamptz END "
    "FROM entering WHERE fresh",
    "INSERT INTO workers_identitynumber (number, kind, person_id) "
    "SELECT number, "
    "CASE WHEN number LIKE ANY(%(prefixes)s) THEN %(foreigner)s ELSE %(cedula)s END, person_id "
    "FROM entering WHERE fresh",
    "UPDATE workers_person p SET names = n.names, birth_on = n.birth_on, identity_confirmed_at = %(at)s "
    "FROM entering n WHERE n.person_id = p.id AND p.identity_confirmed_at IS NULL AND n.answer = %(found)s",
    # An employment from before this portal has no notice of entry yet.
    "INSERT INTO workers_employment (employer_id, branch_id, person_id, entered_on, entry_pay) "
    "SELECT %(employer)s, branch_id, person_id, on_date, amount FROM entering ORDER BY line "
    "ON CONFLICT (person_id, branch_id, entered_on) "
    "DO UPDATE SET entry_pay = excluded.entry_pay, annulled = false",
    "INSERT INTO novedades_novedad "
    "(filing_id, line, employment_id, kind, period, subject, revision, amount, due_on, details) "
    "SELECT %(filing)s, n.line, e.id, 'ENT', n.period, n.subject, n.revision, n.amount, n.due_on, "
    "n.details "
    "FROM entering n JOIN workers_employment e "
    "ON e.person_id = n.person_id AND e.branch_id = n.branch_id AND e.entered_on = n.on_date ORDER BY e.id",
    "DROP TABLE entering",
)


def _keep_earlier(lines: pl.DataFrame) -> None:
    """Keep what was known of employments on record that have no notice of entry yet."""
    found = lines.filter(pl.col("employment_id").is_not_null()).select("employment_id", "on_date")
    if found.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO novedades_earlieremployment (employment_id, entry_pay) "
            "SELECT e.id, e.entry_pay FROM unnest(%s::bigint[], %s::date[]) k (id, on_date) "
            "JOIN workers_employment e ON e.id = k.id AND e.entered_on = k.on_date AND NOT e.annulled",
            [found["employment_id"].to_list(), found["on_date"].to_list()],
        )


def _pay_at_entry(filing: Filing) -> None:
    """Keep what corrected notices of entry say of the pay with their employments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workers_employment e SET entry_pay = v.amount FROM novedades_novedad v "
            "WHERE v.filing_id = %s AND v.kind = 'ENT' AND v.revision > 0 AND v.employment_id = e.id",
            [filing.pk],
        )


def leave(filing: Filing) -> None:
    """End the employments whose exit this filing registers or corrects."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workers_employment e SET left_on = (v.details ->> 'fecha_salida')::date "
            "FROM novedades_novedad v WHERE v.filing_id = %s AND v.kind = 'SAL' AND v.employment_id = e.id",
            [filing.pk],
        )
