"""What the database and the Registro Civil know about lines of dependents."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db import connection

from afilia.employers.models import Employer
from afilia.novedades.facts import stageable
from afilia.novedades.rules.dependents import IDENTITY
from afilia.novedades.rules.layouts import SEPARATOR, Context, Layout
from afilia.novedades.rules.plan import Answer
from afilia.registries import civil
from afilia.registries.civil import CivilPerson
from afilia.workers.models import Person

SCHEMA: dict[str, Any] = {
    "line": pl.UInt32,
    "branch_id": pl.Int64,
    "opened_on": pl.Date,
    "closed_on": pl.Date,
    "allowed": pl.Boolean,
    "worker_id": pl.Int64,
    "employment_id": pl.Int64,
    "left_on": pl.Date,
    "elsewhere": pl.String,
    "person_id": pl.Int64,
    "confirmed_names": pl.String,
    "confirmed_birth": pl.Date,
    "dependent_id": pl.Int64,
    "revision": pl.Int16,
    "same": pl.Boolean,
    "partner": pl.Boolean,
    "claimed": pl.Boolean,
}

# Whether a registration x is in force on one of some days. It counts until the worker leaves the employer who
# filed it, who could not end it after that.
TOGETHER = """(x.until_on IS NULL OR x.until_on >= {first}) AND ({last} IS NULL OR x.from_on <= {last})
    AND EXISTS (SELECT 1 FROM workers_employment w
        WHERE w.employer_id = x.employer_id AND w.person_id = x.worker_id AND NOT w.annulled
        AND (w.left_on IS NULL OR w.left_on >= {first}))"""

# The lines come as arrays. Of several employments in the branch the one that ends last counts. A dependent is
# known by the person, who may have another number by now, else by the document.
QUERY = """
SELECT DISTINCT ON (n.line)
    n.line, b.id, b.opened_on, b.closed_on, b.id IS NOT NULL AND (%(all)s OR b.number = ANY(%(allowed)s)),
    i.person_id, e.id, e.left_on,
    (SELECT min(z.number) FROM workers_employment y JOIN employers_branch z ON z.id = y.branch_id
     WHERE y.employer_id = %(employer)s AND NOT y.annulled
     AND y.person_id = i.person_id AND y.branch_id IS DISTINCT FROM b.id
     AND (y.left_on IS NULL OR y.left_on >= %(today)s)
     AND (%(all)s OR z.number = ANY(%(allowed)s))),
    p.id,
    CASE WHEN p.identity_confirmed_at IS NOT NULL THEN p.names END,
    CASE WHEN p.identity_confirmed_at IS NOT NULL THEN p.birth_on END,
    d.id, d.revision, d.filed = n.filed::jsonb,
    EXISTS (SELECT 1 FROM dependents_dependent x WHERE x.one AND x.worker_id = i.person_id
        AND x.id IS DISTINCT FROM d.id AND (x.person_id <> p.id) IS NOT FALSE AND {together}),
    EXISTS (SELECT 1 FROM dependents_dependent x WHERE x.one AND x.person_id = p.id
        AND x.worker_id <> i.person_id AND {together})
FROM unnest(%(line)s::int[], %(branch)s::text[], %(worker)s::text[], %(document)s::text[], %(number)s::text[],
    %(first)s::date[], %(last)s::date[], %(filed)s::text[])
    AS n (line, branch, worker, document, number, first_on, last_on, filed)
LEFT JOIN employers_branch b ON b.employer_id = %(employer)s AND b.number = n.branch
LEFT JOIN workers_identitynumber i ON i.number = n.worker
LEFT JOIN LATERAL (
    SELECT id, left_on FROM workers_employment
    WHERE person_id = i.person_id AND branch_id = b.id AND NOT annulled
    ORDER BY left_on IS NULL DESC, left_on DESC LIMIT 1) e ON true
LEFT JOIN workers_identitynumber j ON n.document = %(identity)s AND j.number = n.number
LEFT JOIN workers_person p ON p.id = j.person_id
LEFT JOIN dependents_dependent d ON d.employer_id = %(employer)s AND d.worker_id = i.person_id
    AND (d.person_id = p.id OR (d.document = n.document AND d.number = n.number))
ORDER BY n.line, d.person_id IS NULL
""".replace("{together}", TOGETHER.format(first="n.first_on", last="n.last_on"))


def of_lines(
    values: pl.DataFrame, layout: Layout, *, employer: Employer, allowed: frozenset[str] | None, today: date
) -> pl.DataFrame:
    """The values with the facts of SCHEMA, `employed`, and `filed`: the JSON that is kept of the line."""
    staged = stageable(values, layout)
    with connection.cursor() as cursor:
        cursor.execute(
            QUERY,
            {
                "employer": employer.pk,
                "today": today,
                "all": allowed is None,
                "allowed": sorted(allowed or ()),
                "identity": IDENTITY,
                "line": values["line"].to_list(),
                "branch": values["sucursal"].to_list(),
                "worker": values["identificacion"].to_list(),
                "document": values["documento"].to_list(),
                "number": values["numero_dependiente"].to_list(),
                "first": values["fecha_desde"].to_list(),
                "last": values["fecha_hasta"].to_list(),
                "filed": staged["details"].to_list(),
            },
        )
        known = pl.DataFrame(cursor.fetchall(), schema=SCHEMA, orient="row")
    return values.join(known, on="line", how="left", maintain_order="left").with_columns(
        staged["details"].alias("filed"), pl.col("employment_id").is_not_null().alias("employed")
    )


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the register of identities said of some numbers; of a number asked and not answered, nothing."""

    found: Mapping[str, CivilPerson] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


def ask_register(frame: pl.DataFrame, *, foreigner_prefixes: tuple[str, ...]) -> Told:
    """Look up the dependents whose identity is not confirmed; the register knows cédulas alone."""
    numbers = frame.filter(_unconfirmed())["numero_dependiente"].unique()
    answer = civil.look_up(number for number in numbers if not number.startswith(foreigner_prefixes))
    return Told(found=answer.found, unknown=frozenset(answer.unknown))


def names_of(values: Mapping[str, str], context: Context) -> str:
    """The names that are known of the person of a line; empty when there are none."""
    number = values["numero_dependiente"]
    if values["documento"] != IDENTITY:
        return ""
    known = Person.objects.filter(numbers__number=number, identity_confirmed_at__isnull=False).first()
    if known is None and number.startswith(context.foreigner_prefixes):
        return ""
    told = None if known else civil.look_up([number]).found.get(number)
    names = known.names if known else told.names if told else ""
    return names.replace(SEPARATOR, " ")[:LONGEST_NAMES]


LONGEST_NAMES = 100  # characters, of the layout


def _unconfirmed() -> pl.Expr:
    return (pl.col("documento") == IDENTITY) & pl.col("confirmed_names").is_null()


def with_answers(frame: pl.DataFrame, told: Told) -> pl.DataFrame:
    """The frame with `answer`, `known_names`, `known_birth` and `death_on`."""
    rows: list[tuple[object, ...]] = [
        (person.cedula, Answer.FOUND.value, person.names, person.birth_on, person.death_on)
        for person in told.found.values()
    ]
    rows += [(number, Answer.NOT_FOUND.value, None, None, None) for number in told.unknown]
    schema = {
        "numero_dependiente": pl.String,
        "answer": pl.String,
        "names_told": pl.String,
        "birth_told": pl.Date,
        "death_on": pl.Date,
    }
    answers = pl.DataFrame(rows, schema=schema, orient="row")
    joined = frame.join(answers, on="numero_dependiente", how="left", maintain_order="left")
    asked = _unconfirmed()
    return joined.with_columns(
        pl.when(asked).then(pl.col("answer").fill_null(Answer.NONE.value)).alias("answer"),
        pl.when(asked).then("names_told").otherwise("confirmed_names").alias("known_names"),
        pl.when(asked).then("birth_told").otherwise("confirmed_birth").alias("known_birth"),
        pl.when(asked).then("death_on").alias("death_on"),
    )
