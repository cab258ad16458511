"""The virtual desk: many clients send documents and submit; beside it bare Django stores the same bytes."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import httpx

from bench.measure import Report
from bench.server import Database, Server
from tests.journeys.portal import answers, free_port

CASES, CLIENTS = 1000, 50
LIMIT = 3.0  # × bare Django, 95th percentile
WITHIN = 60.0  # seconds, for a server to start
TRIES = 100  # of a client that is told to send a file again
BUSY = "no tiene ningún defecto"
AT = "/ventanilla-virtual/"
PAPERS = ("solicitud", "acuerdo")
File = tuple[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A case to be sent: its draft, the cookie that opens it, and its files by their slots."""

    key: str
    session: str
    files: dict[str, File]


def measure(server: Server, report: Report, *, count: int, folder: Path) -> None:
    database, clients = server.database(), min(CLIENTS, count)
    senders = _senders(database, count=count, folder=folder / "papers")
    size = sum(len(content) for sender in senders for _, content in sender.files.values()) / count / 1024
    report.note(f"{count:,} cases of three documents, {size:,.0f} KB each, by {clients} clients")
    stored = server.database()
    environment = {"DATABASE_URL": stored.url, "BARE_FILES": str(folder / "bare")}
    subprocess.run([sys.executable, "-m", "bench.bare"], env={**os.environ, **environment}, check=True)
    with _served("bench.bare:application", {**os.environ, **environment}) as url:
        bare = _all(senders, _store, url=url, clients=clients)
    with _served("afilia.config.wsgi:application", database.environment) as url:
        ours = _all(senders, _send, url=url, clients=clients)
    whole, last = [whole for whole, _ in ours], [last for _, last in ours]
    report.add("bare Django: store the documents, p95", _p95([whole for whole, _ in bare]))
    factor = _p95(whole) / _p95([whole for whole, _ in bare])
    report.add("cases: send and submit, p95", _p95(whole), factor=factor, of="bare Django", limit=LIMIT)
    report.add("cases: the last click alone, p95", _p95(last))
    lost, twice = _account(database, count=count)
    report.add("cases lost", lost, unit="cases", limit=0)
    report.add("cases or documents twice", twice, unit="rows", limit=0)


def _senders(database: Database, *, count: int, folder: Path) -> list[Sender]:
    folder.mkdir()
    drafts = json.loads(database.run("bench.case_data", str(count), str(folder)))
    photo = (folder / "identidad.jpg").read_bytes()
    papers = {
        paper: [(f"{paper}.pdf", path.read_bytes()) for path in sorted(folder.glob(f"{paper}-*.pdf"))]
        for paper in PAPERS
    }
    return [
        Sender(
            key=key,
            session=session,
            files={
                **{paper: papers[paper][at % len(papers[paper])] for paper in PAPERS},
                "identidad": ("cedula.jpg", photo[:-2] + at.to_bytes(4, "big") + photo[-2:]),
            },
        )
        for at, (key, session) in enumerate(drafts)
    ]


def _all(
    senders: Sequence[Sender],
    send: Callable[[httpx.Client, Sender], tuple[float, float]],
    *,
    url: str,
    clients: int,
) -> list[tuple[float, float]]:
    """Send all cases by so many clients at once; seconds of each case and of its last step."""

    def client(mine: Sequence[Sender]) -> list[tuple[float, float]]:
        took = []
        for sender in mine:
            with httpx.Client(base_url=url, timeout=120, cookies={"sessionid": sender.session}) as browser:
                took.append(send(browser, sender))
        return took

    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(client, [senders[at::clients] for at in range(clients)])
        return [one for part in parts for one in part]


def _store(browser: httpx.Client, sender: Sender) -> tuple[float, float]:
    began = time.perf_counter()
    for name, content in sender.files.values():
        last = time.perf_counter()
        browser.post(f"/{sender.key}/", files={"file": (name, content)}).raise_for_status()
    ended = time.perf_counter()
    return ended - began, ended - last


def _send(browser: httpx.Client, sender: Sender) -> tuple[float, float]:
    draft = f"{AT}borradores/{sender.key}/"
    token = _token(browser.get(draft).raise_for_status().text)
    began = time.perf_counter()
    for slot, file in sender.files.items():
        for _ in range(TRIES):
            answer = _post(browser, f"{draft}documentos/{slot}/", token, file)
            if answer.status_code == httpx.codes.FOUND:
                break
            assert BUSY in answer.text, answer.text
    last = time.perf_counter()
    answer = _post(browser, f"{draft}enviar/", token)
    ended = time.perf_counter()
    assert answer.headers["Location"].startswith(f"{AT}tramites/"), answer.headers
    return ended - began, ended - last


def _post(browser: httpx.Client, path: str, token: str, file: File | None = None) -> httpx.Response:
    return browser.post(
        path,
        data={"csrfmiddlewaretoken": token},
        files={"file": file} if file else None,
        headers={"Referer": str(browser.base_url)},
    )


def _token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]*)"', page)
    assert found
    return found[1]


def _account(database: Database, *, count: int) -> tuple[int, int]:
    """How many cases are not there with their three documents, and how many rows are there twice."""
    with database.connect() as connection:
        whole, numbers = connection.execute(
            """
            SELECT count(*) FILTER (WHERE papers = 3), count(DISTINCT number) FROM (
                SELECT number, (SELECT count(*) FROM cases_paper WHERE case_id = cases_case.id) AS papers
                FROM cases_case WHERE state = 'submitted'
            ) AS submitted
            """
        ).fetchone()
        rows, entries = connection.execute(
            """
            SELECT (SELECT count(*) FROM cases_paper) - 3 * count(*),
                   (SELECT count(*) FROM audit_entry WHERE event = 'case.submitted') - count(*)
            FROM cases_case WHERE state = 'submitted'
            """
        ).fetchone()
    assert numbers <= count
    return count - whole, max(rows, 0) + max(entries, 0)


def _p95(seconds: Sequence[float]) -> float:
    return quantiles(seconds, n=20)[-1]


@contextmanager
def _served(application: str, environment: dict[str, str]) -> Iterator[str]:
    """Serve a WSGI application as `afilia serve` does, and stop it; the address."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = {"PORT": str(port), "AFILIA_PUBLIC_URL": url}
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "error"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--blocking-threads", "8"),
        application,
    ]
    process = subprocess.Popen(command, env={**environment, **settings})
    try:
        end = time.monotonic() + WITHIN
        while not answers(f"{url}/livez"):
            assert process.poll() is None, "the server did not start"
            assert time.monotonic() < end, "the server did not answer"
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)
