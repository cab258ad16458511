"""A ledger of five years, all figures made from it again, and the pages that show them.

A process of the portal: `python -m bench.ledger_figures ENTRIES ROUNDS` prints seconds as JSON.
"""

import json
import sys
from datetime import UTC, date, datetime
from functools import partial

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  Django first
from django.test import Client  # noqa: E402

from afilia.audit import actions as audit  # noqa: E402
from afilia.offices.models import Office  # noqa: E402
from afilia.transparency.actions import building  # noqa: E402
from bench.measure import Took  # noqa: E402

FROM, NOW = datetime(2021, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 21, 15, tzinfo=UTC)
OFFICES = 26
PAGES = {
    "index": "/transparencia/",
    "procedure": "/transparencia/tramites/novedades-batch/",
    "month": "/transparencia/2026-10/",
    "csv": "/transparencia/datos/medidas.csv",
}
# Of five things four are batches, of three entries each, and one is a visit, of four.
THINGS, ENTRIES = 5, 16
FILL = """
INSERT INTO audit_entry (at, event, actor, subject, facts, previous, digest)
SELECT moment, event, 'system', subject, facts, sha256(('p' || n)::bytea), sha256(n::text::bytea)
FROM (
    SELECT thing, place, event, subject, facts, moment + place * interval '1 minute' AS moment,
           row_number() OVER (ORDER BY thing, place) AS n
    FROM (
        SELECT thing, thing %% %(things)s = 0 AS is_visit,
               'O' || lpad((thing %% %(offices)s)::text, 2, '0') AS office,
               %(from)s + (%(now)s - %(from)s) * (thing / %(count)s::float8) AS moment
        FROM generate_series(0, %(count)s - 1) AS thing
    ) AS things,
    LATERAL (
        SELECT * FROM (VALUES
            (0, 'batch.received', '{"again": false}'::jsonb),
            (1, 'batch.planned', jsonb_build_object(
                'refused', false, 'rejected', thing %% 3,
                'codes', jsonb_build_object('code.' || thing %% 40, 1))),
            (2, 'batch.registered', jsonb_build_object('province', lpad((thing %% 24 + 1)::text, 2, '0')))
        ) AS batch (place, event, facts) WHERE NOT is_visit
        UNION ALL
        SELECT * FROM (VALUES
            (0, 'attendance.arrived', jsonb_build_object('visit', thing::text, 'procedure', 'clave-patronal',
                'standing', 'walk-in', 'priority', false, 'counts_from', to_json(moment))),
            (1, 'attendance.called', jsonb_build_object('visit', thing::text)),
            (2, 'attendance.started', jsonb_build_object('visit', thing::text)),
            (3, 'attendance.attended', jsonb_build_object('visit', thing::text))
        ) AS visit (place, event, facts) WHERE is_visit
    ) AS told,
    LATERAL (
        SELECT CASE WHEN is_visit
            THEN 'attendance:' || office || ':' || (moment AT TIME ZONE 'America/Guayaquil')::date
            ELSE 'batch:' || thing END AS subject
    ) AS about
) AS entries ORDER BY n
"""


def main(entries: int, rounds: int) -> dict[str, float]:
    Office.objects.bulk_create(
        Office(
            code=f"O{number:02}",
            name=f"Oficina {number}",
            province=f"{number % 24 + 1:02}",
            city="Ejemplo",
            address="Calle de Ejemplo 1",
            counters=1,
            open_from=date(2020, 1, 2),
        )
        for number in range(OFFICES)
    )
    count = entries * THINGS // ENTRIES
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"things": THINGS, "offices": OFFICES, "count": count, "from": FROM, "now": NOW})
        cursor.execute("ANALYZE audit_entry")
    took = {name: Took() for name in ("rebuild", "build", *PAGES)}
    client = Client(SERVER_NAME="localhost")
    for number in range(rounds):
        took["rebuild"].time(lambda: building.rebuild(now=NOW))
        with transaction.atomic():
            facts = {"recovery": str(number)}
            audit.record("recovery.completed", actor="system", subject="employer:1", at=NOW, facts=facts)
        took["build"].time(lambda: building.build(now=NOW))
        for name, path in PAGES.items():
            took[name].time(partial(_read, client, path))
    return {name: found.median for name, found in took.items()}


def _read(client: Client, path: str) -> None:
    answer = client.get(path, secure=True)
    assert answer.status_code == 200, answer


if __name__ == "__main__":
    print(json.dumps(main(*map(int, sys.argv[1:]))))
