"""What the database knows about the lines of a file: they are put in a temporary table and joined as a set.

Nothing of the labour history is written here. A `Staging` belongs to one connection outside a transaction.
"""

import io
from collections.abc import Generator
from contextlib import AbstractContextManager
from itertools import islice
from types import TracebackType

import polars as pl
from django.db import connection
from psycopg import sql

from afilia.employers.models import Employer
from afilia.novedades.rules.layouts import Effect, Layout
from afilia.novedades.rules.plan import FACTS

Schema = dict[str, pl.DataType | type[pl.DataType]]

ROWS = 100_000  # of facts, parsed at a time
WORK_MEMORY = "96MB"  # of the database, for the one large join

# As they are staged; the order of the columns is that of the COPY.
STAGED = ("line", "branch", "number", "period", "subject", "on_date", "amount", "details")


def stageable(values: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Accepted values in the columns of STAGED; `details` is the JSON that the history keeps."""
    others = [field.name for field in layout.body if field.name != layout.amount]
    day = {Effect.ENTRY: "fecha_ingreso", Effect.EXIT: "fecha_salida"}.get(layout.effect)
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
    """The staged lines of one file of one employer."""

    def __init__(self, employer: Employer, layout: Layout, *, allowed: frozenset[str] | None) -> None:
        self._employer = employer
        self._layout = layout
        self._allowed = allowed

    def __enter__(self) -> "Staging":
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS staged, staged_civil")
            cursor.execute(
                "CREATE TEMPORARY TABLE staged (line int, branch varchar(4), number varchar(10), period int, "
                "subject varchar(40), on_date date, amount numeric(13, 2), details jsonb)"
            )
            cursor.execute(
                "CREATE TEMPORARY TABLE staged_civil (number varchar(10) PRIMARY KEY, answer varchar(10), "
                "names varchar(300), birth_on date, death_on date)"
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not connection.is_usable():
            connection.close()
            return
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS staged, staged_civil")

    def add(self, staged: pl.DataFrame) -> None:
        """Put lines in the columns of STAGED into the table."""
        copy_in("staged", STAGED, staged)

    def unconfirmed_numbers(self) -> list[str]:
        """Numbers of entries whose person is not known yet, or known without a confirmed identity."""
        if self._layout.effect is not Effect.ENTRY:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT s.number FROM staged s LEFT JOIN workers_identitynumber i ON i.number = s.number "
                "LEFT JOIN workers_person p ON p.id = i.person_id WHERE p.identity_confirmed_at IS NULL"
            )
            return [number for (number,) in cursor.fetchall()]

    def twins(self, *, foreigner_prefixes: tuple[str, ...]) -> pl.DataFrame:
        """Lines whose worker stands in an earlier line (`twin`) under another number.

        Nobody has two cédulas, so one of the two numbers is a foreigner code.
        """
        with connection.cursor() as cursor:
            cursor.execute(TWINS, [[f"{prefix}%" for prefix in foreigner_prefixes]])
            schema: Schema = {"line": pl.UInt32, "twin": pl.UInt32}
            return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")

    def add_civil(self, answers: pl.DataFrame) -> None:
        """Put the answers of the register of identities beside the lines."""
        copy_in("staged_civil", ("number", "answer", "names", "birth_on", "death_on"), answers)

    def facts(self) -> Generator[pl.DataFrame, None, None]:
        """The facts of each staged line, in order of lines; the first frame is empty.

        Columns: `line`, `person_id`, `names` and `birth_on` (of the register), and those of FACTS.
        """
        schema: Schema = {"line": pl.UInt32, "person_id": pl.Int64, "names": pl.String, "birth_on": pl.Date}
        schema |= FACTS
        yield pl.DataFrame(schema=schema)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE staged")
            cursor.execute("SELECT set_config('work_mem', %s, false)", [WORK_MEMORY])
            arguments = {
                "employer": self._employer.pk,
                "kind": self._layout.type,
                "all": self._allowed is None,
                "allowed": sorted(self._allowed or ()),
            }
            statement = f"COPY ({self._query(list(schema))}) TO STDOUT (FORMAT csv)"
            with connection.wrap_database_errors, cursor.copy(statement, arguments) as copy:
                while rows := list(islice(copy, ROWS)):
                    yield _parse(b"".join(rows), schema)
            cursor.execute("RESET work_mem")

    def _query(self, columns: list[str]) -> str:
        """One row for each line: of several candidates, the employment and the novedad that come first."""
        effect = self._layout.effect
        employment, order = EMPLOYMENT.get(effect, DURING)
        facts = {**COLUMNS, **COLUMNS_OF.get(effect, {})}
        return QUERY.format(
            columns=", ".join(facts.get(name, "NULL") for name in columns),
            employment=employment,
            order=order,
            novedad=NOVEDADES.get(effect, NOVEDAD),
        )


QUERY = """
WITH periods AS MATERIALIZED (
    SELECT period, first_on, (first_on + interval '1 month - 1 day')::date AS last_on
    FROM (SELECT DISTINCT period, make_date(period / 100, mod(period, 100), 1) AS first_on FROM staged) p
)
SELECT DISTINCT ON (s.line) {columns}
FROM staged s
JOIN periods q USING (period)
LEFT JOIN (
    SELECT id, number, opened_on, closed_on, %(all)s OR number = ANY(%(allowed)s) AS allowed
    FROM employers_branch WHERE employer_id = %(employer)s
) b ON b.number = s.branch
LEFT JOIN workers_identitynumber i ON i.number = s.number
LEFT JOIN workers_employment e ON e.person_id = i.person_id AND e.branch_id = b.id AND {employment}
LEFT JOIN novedades_novedad v ON v.employment_id = e.id AND {novedad}
LEFT JOIN staged_civil c ON c.number = s.number
ORDER BY s.line, {order}, v.kind DESC, v.subject DESC, v.revision DESC
"""

TWINS = """
WITH twins AS (
    SELECT DISTINCT j.person_id, t.line FROM staged s
    JOIN workers_identitynumber i ON i.number = s.number
    JOIN workers_identitynumber j ON j.person_id = i.person_id
    JOIN staged t ON t.number = j.number
    WHERE s.number LIKE ANY(%s)
), numbered AS (SELECT line, min(line) OVER (PARTITION BY person_id) AS twin FROM twins)
SELECT line, twin FROM numbered WHERE line > twin ORDER BY line
"""

# For each effect: which employments of the worker in the branch may be meant, and which of them comes first.
DURING = (
    "e.entered_on <= q.last_on AND (e.left_on IS NULL OR e.left_on >= q.first_on)",
    "e.entered_on DESC",
)
EMPLOYMENT = {
    Effect.ENTRY: (
        "TRUE",
        "(e.entered_on = s.on_date) DESC NULLS LAST, (e.left_on IS NULL) DESC, e.left_on DESC",
    ),
    Effect.EXIT: ("TRUE", "(e.entered_on <= s.on_date) DESC NULLS LAST, e.entered_on DESC"),
}

# The novedades that matter: the one about the same subject. An entry on another day is another employment's.
# For pay: the last change up to the period, which comes before the entry.
NOVEDAD = "v.kind = %(kind)s AND v.subject = s.subject"
NOVEDADES = {
    Effect.ENTRY: NOVEDAD + " AND e.entered_on = s.on_date",
    Effect.PAY: "(v.kind = 'ENT' OR v.kind = %(kind)s AND v.period <= s.period)",
}

ELSEWHERE = """(
    SELECT min(y.number) FROM workers_employment x JOIN employers_branch y ON y.id = x.branch_id
    WHERE x.employer_id = %(employer)s AND x.person_id = i.person_id AND """
COLUMNS = {
    "line": "s.line",
    "person_id": "i.person_id",
    "names": "c.names",
    "birth_on": "c.birth_on",
    "answer": "c.answer",
    "death_on": "c.death_on",
    "branch_id": "b.id",
    "opened_on": "b.opened_on",
    "closed_on": "b.closed_on",
    "allowed": "b.allowed",
    "employment_id": "e.id",
    "entered_on": "e.entered_on",
    "left_on": "e.left_on",
    "revision": "CASE WHEN v.kind = %(kind)s AND v.subject = s.subject THEN v.revision END",
    "same": """CASE WHEN v.kind = %(kind)s AND v.subject = s.subject
        THEN v.amount IS NOT DISTINCT FROM s.amount AND v.details IS NOT DISTINCT FROM s.details END""",
    "elsewhere": "CASE WHEN e.id IS NULL THEN "
    + ELSEWHERE
    + "x.entered_on <= q.last_on AND (x.left_on IS NULL OR x.left_on >= q.first_on)) END",
}
COLUMNS_OF = {
    Effect.ENTRY: {"elsewhere": ELSEWHERE + "x.left_on IS NULL AND x.branch_id IS DISTINCT FROM b.id)"},
    Effect.PAY: {"pay_before": "v.amount"},
    Effect.RESERVE: {
        "first_entered_on": """(SELECT min(f.entered_on) FROM workers_employment f
            WHERE f.employer_id = %(employer)s AND f.person_id = e.person_id)"""
    },
}


def _parse(text: bytes, schema: Schema) -> pl.DataFrame:
    raw = dict.fromkeys(schema, pl.String)
    frame = pl.read_csv(io.BytesIO(text), has_header=False, new_columns=list(schema), schema=raw)
    return frame.with_columns(_read(pl.col(name), kind) for name, kind in schema.items() if kind != pl.String)


def _read(column: pl.Expr, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    if kind == pl.Boolean:
        return column == "t"
    return column.str.to_date("%Y-%m-%d") if kind == pl.Date else column.cast(kind)


def copy_in(table: str, columns: tuple[str, ...], frame: pl.DataFrame) -> None:
    """COPY the columns of a frame into a table."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # What goes wrong within a COPY does not pass through Django's cursor.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for piece in frame.select(columns).iter_slices(100_000):
            copy.write(piece.write_csv(include_header=False, null_value="\\N").encode())
