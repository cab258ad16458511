"""The pages of an employer with very many workers, as a browser gets them from the real portal."""

import re
from pathlib import Path

import httpx
import psycopg

from afilia.kit import embedded
from bench import data
from bench.measure import Report, Took
from bench.portal import Visitor, first_start
from tests.journeys import portal

WORKERS = 100_000
LIMIT = 0.1  # seconds
TIMES = 10
LIST = "/empleadores/afiliados/"


def measure(report: Report, *, count: int, folder: Path) -> None:
    """Measure the list, its last page, a search and one worker, after a first time that does not count."""
    with portal.running(folder / "workers", like=first_start(folder)) as running:
        url = running.database_url or embedded.start(running.data / "postgres")
        with psycopg.connect(url) as connection:
            data.hire(connection, count=count)
        key = next(key for key in running.keys if key.ruc == data.RUC and not key.branches)
        with httpx.Client(base_url=running.base_url, timeout=60, follow_redirects=True) as client:
            visitor = Visitor(client)
            visitor.sign_in(key.number, key.key)
            found = visitor.post(LIST, {"texto": "luz prueba 77", "sucursal": "", "estado": "activo"})
            person = re.search(rf'href="({LIST}\d+/)"', found.text)
            if not person:
                raise AssertionError("the search finds nobody")
            pages = {
                "first page": LIST,
                "last page": f"{LIST}?page={count // 50}",
                "search": str(found.url),
                "one worker": person[1],
            }
            for name, address in pages.items():
                client.get(address).raise_for_status()
                took = Took()
                for _ in range(TIMES):
                    took.time(lambda address=address: client.get(address).raise_for_status())
                report.add(f"{count:,} workers: {name}", took.median, limit=LIMIT)
