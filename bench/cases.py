"""The virtual desk: many clients send documents and submit; beside it bare Django stores the same bytes."""

import json
import os
import re
import ssl
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
KEPT = 60  # seconds, as the portal keeps its connections
LIMIT = 3.0  # × bare Django, 95th percentile
WITHIN = 60.0  # seconds, for a server to start
TRIES = 100  # of a client that is told to send a file again
# One for all: httpx makes one for each client, which no browser does and takes longer than a bare upload.
TLS = ssl.create_default_context()
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
    bare, keeping = (
        _p95([whole for whole, _ in _bare(server, senders, keeps=keeps, folder=folder, clients=clients)])
        for keeps in (0, KEPT)
    )
    with _served("afilia.config.wsgi:application", database.environment) as url:
        ours = _all(senders, _send, url=url, clients=clients)
    whole, last = [whole for whole, _ in ours], [last for _, last in ours]
    report.add("bare Django: store the documents, p95", bare)
    report.add("the same, its connections kept, p95", keeping)
    sent = _p95(whole)
    report.add("cases: send and submit, p95", sent, factor=sent / bare, of="bare Django", limit=LIMIT)
    report.add("the same", sent, factor=sent / keeping, of="bare, connections kept")
    report.add("cases: the last click alone, p95", _p95(last), factor=_p95(last) / bare, of="bare Django")
    lost, twice = _account(database, count=count)
    report.add("cases lost", lost, unit="cases", limit=0)
    report.add("cases or documents twice", twice, unit="rows", limit=0)


def _bare(
    server: Server, senders: Sequence[Sender], *, keeps: int, folder: Path, clients: int
) -> list[tuple[float, float]]:
    """Let bare Django store the documents, its connections kept for so many seconds."""
    environment = {
        **os.environ,
        "DATABASE_URL": server.database().url,
        "BARE_FILES": str(folder / f"bare-{keeps}"),
        "BARE_KEEPS": str(keeps),
    }
    subprocess.run([sys.executable, "-m", "bench.bare"], env=environment, check=True)
    with _served("bench.bare:application", environment) as url:
        return _all(senders, _store, url=url, clients=clients)


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
            cookies = {"sessionid": sender.session}
            with httpx.Client(base_url=url, timeout=120, cookies=cookies, verify=TLS) as browser:
                took.append(send(browser, sender))
        return took

    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(client, [senders[at::clients] for at in range(clients)])
        return [one for part in parts for one in part]


def _store(browser: httpx.Client, sender: Sender) -> tuple[float, float]:
    page = f"/{sender.key}/"
    token = _token(browser.get(page).raise_for_status().text)
    began = time.perf_counter()
    for file in sender.files.values():
        last = time.perf_counter()
        answer = _post(browser, page, token, file)
        assert answer.status_code == httpx.codes.FOUND, answer.text
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
