"""What the database knows about the lines of a file: they are put in a temporary table and joined as a set.

Nothing of the labour history is written here. A `Staging` belongs to one connection outside a transaction.
"""

import io
from calendar import monthrange
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from functools import partial
from types import TracebackType
from typing import Any
from uuid import uuid4

import polars as pl
from django.db import connection, transaction

from afilia.employers.models import Employer
from afilia.novedades.copying import copy_in
from afilia.novedades.rules.layouts import Effect, Layout
from afilia.novedades.rules.plan import FACTS

Schema = dict[str, pl.DataType | type[pl.DataType]]

# Of the database, for the one large join: memory, and rows of other cores are nearly as good as own ones. The
# staged lines are counted from a sample that is enough to tell a few lines from many. An incremental sort
# would leave the joins above it to one core.
SERVER = {
    "enable_incremental_sort": "off",
    "default_statistics_target": "10",
    "work_mem": "32MB",
    "hash_mem_multiplier": "1",
    "parallel_tuple_cost": "0.005",
    "parallel_setup_cost": "100",
}

# As they are staged; the order of the columns is that of the COPY.
STAGED = ("part", "line", "branch", "number", "period", "subject", "on_date", "amount", "details")

DAY = {Effect.ENTRY: "fecha_ingreso", Effect.EXIT: "fecha_salida"}  # the field of `on_date`

BRANCH = ("branch_id", "opened_on", "closed_on", "allowed")  # facts of FACTS that are a branch's
SCHEMA: Schema = {
    "person_id": pl.Int64,
    "names": pl.String,
    "birth_on": pl.Date,
    **{name: kind for name, kind in FACTS.items() if name not in BRANCH},
}


def stageable(values: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Accepted values in the columns of STAGED but `part`; `details` is the JSON that the history keeps."""
    others = [field.name for field in layout.body if field.name != layout.amount]
    day = DAY.get(layout.effect)
    return values.select(
        "line",
        pl.col("sucursal").alias("branch"),
        pl.col("identificacion").alias("number"),
        "period",
        pl.concat_str([_plain(name, values) for name in layout.subject], separator=" ").alias("subject")
        if layout.subject
        else pl.lit("").alias("subject"),
        (pl.col(day) if day else pl.lit(None, dtype=pl.Date)).alias("on_date"),
        (pl.col(layout.amount) if layout.amount else pl.lit(None, dtype=pl.Decimal(14, 2))).alias("amount"),
        (_json(others, values) if others else pl.lit(None, dtype=pl.String)).alias("details"),
    )


def _plain(name: str, values: pl.DataFrame) -> pl.Expr:
    column = pl.col(name)
    return column.dt.strftime("%Y%m%d") if values.schema[name] == pl.Date else column.cast(pl.String)


def _json(names: list[str], values: pl.DataFrame) -> pl.Expr:
    """Every field is there, with or without a value, so that equal records are equal texts."""
    dates = [
        pl.col(name).cast(pl.String) if values.schema[name] == pl.Date else pl.col(name) for name in names
    ]
    return pl.struct(dates).struct.json_encode()


class Staging(AbstractContextManager["Staging"]):
    """The staged lines of one file of one employer.

    Temporary tables keep PostgreSQL to one core. So the lines lie in a real table wherever nobody else is
    asked between: it lives in a transaction that is always rolled back, and is gone whatever happens.
    """

    def __init__(self, employer: Employer, layout: Layout, *, allowed: frozenset[str] | None) -> None:
        self._employer = employer
        self._layout = layout
        self._allowed = allowed
        self._parts = 0
        self._periods: set[int] = set()
        self._asks = layout.effect is Effect.ENTRY  # the register of identities, outside a transaction
        self._table = "staged" if self._asks else f"staged_{uuid4().hex}"
        self._civil = "staged_civil"
        self._given: dict[str, Any] = {}  # what the questions say besides
        self._transaction = nullcontext() if self._asks else transaction.atomic()

    def __enter__(self) -> "Staging":
        self._transaction.__enter__()
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE {'TEMPORARY' if self._asks else 'UNLOGGED'} TABLE {self._table} (part int, "
                "line int, branch varchar(4), number varchar(10), period int, "
                "subject varchar(40) DEFAULT '', on_date date, amount numeric(13, 2), details jsonb)"
            )
            if self._asks:
                cursor.execute(
                    "CREATE TEMPORARY TABLE staged_civil (number varchar(10) PRIMARY KEY, "
                    "answer varchar(10), names varchar(300), birth_on date, death_on date)"
                )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._asks and error is None:
            transaction.set_rollback(True)
        elif self._asks and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLE staged, staged_civil")
        elif self._asks:
            connection.close()
        self._transaction.__exit__(kind, error, trace)

    def add(self, parts: Iterable[pl.DataFrame]) -> None:
        """Put lines, as the checker accepts them, into the table; they are drawn in another thread."""
        staged = (self._stageable(part, values) for part, values in enumerate(parts))
        with transaction.atomic():  # what goes wrong while they are drawn leaves the connection usable
            copy_in(self._table, self._said, staged)

    @property
    def _said(self) -> tuple[str, ...]:
        """The columns of STAGED that lines of the layout have."""
        layout = self._layout
        given = {
            "subject": layout.subject,
            "on_date": layout.effect in DAY,
            "amount": layout.amount,
            "details": any(field.name != layout.amount for field in layout.body),
        }
        return tuple(name for name in STAGED if given.get(name, True))

    def _stageable(self, part: int, values: pl.DataFrame) -> pl.DataFrame:
        self._parts = part + 1
        self._periods.update(values["period"].unique())
        return stageable(values, self._layout).with_columns(part=pl.lit(part))

    def unconfirmed_numbers(self) -> list[str]:
        """Numbers of entries whose person is not known yet, or known without a confirmed identity."""
        if not self._asks:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT s.number FROM {self._table} s "  # noqa: S608
                "LEFT JOIN workers_identitynumber i ON i.number = s.number "
                "LEFT JOIN workers_person p ON p.id = i.person_id WHERE p.identity_confirmed_at IS NULL",
                self._given,
            )
            return [number for (number,) in cursor.fetchall()]

    def twins(self, *, foreigner_prefixes: tuple[str, ...]) -> pl.DataFrame:
        """Lines whose worker stands in an earlier line (`twin`) under another number.

        Nobody has two cédulas, so one of the two numbers is a foreigner code.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                TWINS.format(staged=self._table),
                {"prefixes": [f"{prefix}%" for prefix in foreigner_prefixes], **self._given},
            )
            schema: Schema = {"line": pl.UInt32, "twin": pl.UInt32}
            return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")

    def add_civil(self, answers: pl.DataFrame) -> None:
        """Put the answers of the register of identities beside the lines."""
        copy_in("staged_civil", ("number", "answer", "names", "birth_on", "death_on"), [answers])

    def facts(self) -> Generator[Callable[[], pl.DataFrame], None, None]:
        """For each part that was added, what gives the facts of its lines, in their order, in any thread.

        Columns: `person_id`, `names` and `birth_on` (of the register), and those of FACTS that `branches`
        does not give.
        """
        asked, at = self._asked, 0
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) s (name, value)",
                [[*SERVER.keys()], [*SERVER.values()]],
            )
            cursor.execute(f"ANALYZE {self._table}")
            with connection.wrap_database_errors:
                for part, text in cursor.stream(self._query, self._arguments()) if self._periods else ():
                    yield from [partial(read_facts, "", asked)] * (part - at)
                    yield partial(read_facts, text, asked)
                    at = part + 1
        yield from [partial(read_facts, "", asked)] * (self._parts - at)

    def _arguments(self) -> dict[str, Any]:
        return {
            "employer": self._employer.pk,
            "kind": self._layout.type,
            "annulled": self._with_annulled_pay(),
            **self._given,
        }

    def _with_annulled_pay(self) -> list[int]:
        """The employments whose pay in force must be looked up: some change of it was annulled."""
        if self._layout.effect is not Effect.PAY:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT e.id FROM novedades_novedad v JOIN workers_employment e "
                "ON e.id = v.employment_id WHERE v.annulled AND v.kind = %s AND e.employer_id = %s",
                [self._layout.type, self._employer.pk],
            )
            return [key for (key,) in cursor.fetchall()]

    def branches(self) -> pl.DataFrame:
        """The facts that all the lines of a branch share (BRANCH), by its number, `sucursal`."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, id, opened_on, closed_on, %s OR number = ANY(%s) FROM employers_branch "
                "WHERE employer_id = %s",
                [self._allowed is None, sorted(self._allowed or ()), self._employer.pk],
            )
            schema: Schema = {"sucursal": pl.String, **{name: FACTS[name] for name in BRANCH}}
            return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")

    @property
    def _columns(self) -> dict[str, str]:
        """What the layout needs of the database for each line, as SQL."""
        bare = all(field.name == self._layout.amount for field in self._layout.body)
        same = {"same": SAME.format(content=SAME_AMOUNT if bare else f"{SAME_AMOUNT} AND {SAME_DETAILS}")}
        return COLUMNS | same | COLUMNS_OF.get(self._layout.effect, {})

    @property
    def _asked(self) -> list[str]:
        return [name for name in SCHEMA if name in self._columns]

    @property
    def _query(self) -> str:
        """One row for each line: of several candidates, the employment and the novedad that come first."""
        effect = self._layout.effect
        employment, order = EMPLOYMENT.get(effect, DURING)
        return QUERY.format(
            columns=", E'\\t', ".join(self._columns[name] for name in self._asked),
            staged=self._table,
            periods=", ".join(f"({period}, {_days(period)})" for period in sorted(self._periods)),
            employment=employment,
            here=HERE,
            order=order,
            novedad=NOVEDADES.get(effect, NOVEDAD),
            civil=f"LEFT JOIN {self._civil} c ON c.number = s.number" if self._asks else "",
        )


# IS TRUE keeps the index of a branch, or of an employer, out of the join: before the tables are analysed it
# looks good, and then each line goes through all the workers of its branch.
#
# An employment in another branch, `y`, is told only where there is none in that of the line. It comes by the
# same join: a question of its own for each line would keep the server to one core.
#
# A row for each line would cost both sides more than the join: the lines go out as texts of many lines.
QUERY = """
SELECT part, string_agg(text, E'\\n') FROM (
SELECT DISTINCT ON (s.part, s.line)
    s.part, concat(s.line, E'\\t', {columns}) AS text
FROM {staged} s
JOIN (VALUES {periods}) q (period, first_on, last_on) USING (period)
LEFT JOIN employers_branch b ON b.employer_id = %(employer)s AND b.number = s.branch
LEFT JOIN workers_identitynumber i ON i.number = s.number
LEFT JOIN workers_employment e ON e.person_id = i.person_id AND {employment}
LEFT JOIN employers_branch y ON y.id = e.branch_id
LEFT JOIN novedades_novedad v ON v.employment_id = e.id AND {here} AND {novedad}
{civil}
ORDER BY s.part, s.line, {here} DESC, y.number, {order}, v.kind DESC, v.subject DESC, v.revision DESC
) lines GROUP BY part ORDER BY part
"""

TWINS = """
WITH twins AS (
    SELECT DISTINCT j.person_id, t.line FROM {staged} s
    JOIN workers_identitynumber i ON i.number = s.number
    JOIN workers_identitynumber j ON j.person_id = i.person_id
    JOIN {staged} t ON t.number = j.number
    WHERE s.number LIKE ANY(%(prefixes)s)
), numbered AS (SELECT line, min(line) OVER (PARTITION BY person_id) AS twin FROM twins)
SELECT line, twin FROM numbered WHERE line > twin ORDER BY line
"""

HERE = "(e.branch_id = b.id) IS TRUE"
OVERLAPPING = "e.entered_on <= q.last_on AND (e.left_on IS NULL OR e.left_on >= q.first_on)"
OF_EMPLOYER = "(e.employer_id = %(employer)s) IS TRUE AND NOT e.annulled"
OURS = f"{OF_EMPLOYER} AND ({HERE} AND {{here}} OR NOT {HERE} AND {OVERLAPPING})"
# For each effect: which employments of the worker may be meant, and which of those in the branch comes first.
EMPLOYMENT = {
    Effect.ENTRY: (
        f"{HERE} AND (NOT e.annulled OR e.entered_on = s.on_date)",
        "(e.entered_on = s.on_date) DESC NULLS LAST, (e.left_on IS NULL) DESC, e.left_on DESC",
    ),
    Effect.EXIT: (OURS.format(here="TRUE"), "(e.entered_on <= s.on_date) DESC NULLS LAST, e.entered_on DESC"),
}
DURING = (f"{OF_EMPLOYER} AND {OVERLAPPING}", "e.entered_on DESC")

# The novedades that matter: the one about the same subject. An entry on another day is another employment's.
# For pay: the last change up to the period; before the first one the pay is that of the entry.
NOVEDAD = "v.kind = %(kind)s AND v.subject = s.subject"
NOVEDADES = {
    Effect.ENTRY: NOVEDAD + " AND e.entered_on = s.on_date",
    Effect.PAY: "v.kind = %(kind)s AND v.period <= s.period",
}

# Details are compared only where a layout has them: they are wide to sort.
SAME = "CASE WHEN v.kind = %(kind)s AND v.subject = s.subject THEN {content} END"
SAME_AMOUNT = "v.amount IS NOT DISTINCT FROM s.amount"
SAME_DETAILS = "v.details IS NOT DISTINCT FROM s.details"
# Where a change of pay was annulled, the last one that was not is in force.
PAY_IN_FORCE = """SELECT w.amount FROM novedades_novedad w
    WHERE w.employment_id = e.id AND w.kind = %(kind)s AND w.period <= s.period AND NOT w.annulled
    AND NOT EXISTS (SELECT FROM novedades_novedad n WHERE n.employment_id = e.id AND n.kind = w.kind
        AND n.subject = w.subject AND n.revision > w.revision)
    ORDER BY w.subject DESC LIMIT 1"""
# What is not asked for is not sent with every line.
COLUMNS = {
    "employment_id": f"CASE WHEN {HERE} THEN e.id END",
    "revision": "CASE WHEN v.kind = %(kind)s AND v.subject = s.subject THEN v.revision END",
    "annulled": "CASE WHEN v.kind = %(kind)s AND v.subject = s.subject THEN v.annulled END",
    "elsewhere": f"CASE WHEN NOT {HERE} THEN y.number END",
}
DAYS = {name: f"CASE WHEN {HERE} THEN e.{name} END" for name in ("entered_on", "left_on")}
COLUMNS_OF = {
    Effect.ENTRY: {
        **{name: f"CASE WHEN {HERE} AND NOT e.annulled THEN e.{name} END" for name in DAYS},
        "person_id": "i.person_id",
        "names": "translate(c.names, E'\\t\\r\\n', '   ')",
        "birth_on": "c.birth_on",
        "answer": "c.answer",
        "death_on": "c.death_on",
        "elsewhere": """(
            SELECT min(z.number) FROM workers_employment x JOIN employers_branch z ON z.id = x.branch_id
            WHERE x.employer_id = %(employer)s AND NOT x.annulled AND x.person_id = i.person_id
            AND (x.left_on IS NULL OR x.left_on >= s.on_date) AND x.branch_id IS DISTINCT FROM b.id)""",
    },
    Effect.EXIT: DAYS,
    Effect.PAY: {
        "pay_before": f"""CASE WHEN {HERE} THEN coalesce(
            CASE WHEN e.id = ANY(%(annulled)s::bigint[]) THEN ({PAY_IN_FORCE}) ELSE v.amount END,
            e.entry_pay) END"""
    },
    Effect.RESERVE: {
        "first_entered_on": """(SELECT min(f.entered_on) FROM workers_employment f
            WHERE f.employer_id = %(employer)s AND NOT f.annulled AND f.person_id = e.person_id
            AND e.branch_id = b.id)"""
    },
}


def _days(period: int) -> str:
    """First and last day of a month, as SQL."""
    year, month = divmod(period, 100)
    return f"date '{date(year, month, 1)}', date '{date(year, month, monthrange(year, month)[1])}'"


def read_facts(text: str, asked: list[str]) -> pl.DataFrame:
    """The columns of SCHEMA, of lines of fields between tabs; none of them holds a tab or a line end."""
    sent: Schema = {"line": pl.UInt32, **{name: SCHEMA[name] for name in asked}}
    raw = dict.fromkeys(sent, pl.String)
    known = pl.read_csv(
        io.BytesIO(text.encode()),
        has_header=False,
        separator="\t",
        quote_char=None,
        schema=raw,
        raise_if_empty=False,
    ).with_columns(_read(pl.col(name), kind) for name, kind in sent.items() if kind != pl.String)
    return known.sort("line").select(
        pl.col(name) if name in asked else pl.lit(None, dtype=kind).alias(name)
        for name, kind in SCHEMA.items()
    )


def _read(column: pl.Expr, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    if kind == pl.Boolean:
        return column == "t"
    return column.str.to_date("%Y-%m-%d") if kind == pl.Date else column.cast(kind)
