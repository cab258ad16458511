"""The real portal over HTTP, as a browser uses it: from the upload to the report, and on to the receipt."""

import io
import os
import re
import time
from datetime import date
from pathlib import Path

import httpx
import psycopg

from afilia.kit import embedded
from bench import data
from bench.measure import Report, Took
from tests.journeys import portal

REPORT_LIMIT = 1.0  # seconds
RECEIPT_LIMIT = 2.0
WARMING = 200  # lines of a first file, which pays for what a server does once
POLL_EVERY = 0.3  # seconds, as the page does
Files = dict[str, tuple[str, io.BytesIO, str]]
REPORT, RECEIPT, SIGNED = 'name="mode"', 'class="app-receipt"', "comprobante.pdf"


def measure(report: Report, *, lines: int, rounds: int, folder: Path, today: date) -> None:
    to_report, to_receipt, to_signed = Took(), Took(), Took()
    with portal.running(folder / "portal", like=first_start(folder)) as running:
        url = running.database_url or embedded.start(running.data / "postgres")
        with psycopg.connect(url) as connection:
            data.hire(connection, count=WARMING + rounds * lines)
        key = next(key for key in running.keys if key.ruc == data.RUC and not key.branches)
        with httpx.Client(base_url=running.base_url, timeout=60, follow_redirects=True) as client:
            visitor = Visitor(client)
            visitor.sign_in(key.number, key.key)
            for number in range(-1, rounds):
                file = folder / f"MSU_portal_{number + 1}.txt"
                count, after = (lines, WARMING + number * lines) if number >= 0 else (WARMING, 0)
                data.write_file(file, lines=count, today=today, after=after)
                took = visitor.file(file)
                if number >= 0:
                    for part, seconds in zip((to_report, to_receipt, to_signed), took, strict=True):
                        part.seconds.append(seconds)
    report.add(f"portal, {lines:,} lines: upload → report", to_report.median, limit=REPORT_LIMIT)
    report.add(f"portal, {lines:,} lines: confirm → receipt", to_receipt.median, limit=RECEIPT_LIMIT)
    report.add(f"portal, {lines:,} lines: confirm → signed PDF", to_signed.median)


def first_start(folder: Path) -> Path | None:
    """The data that the first start of a demo leaves, made once; None where its database is elsewhere."""
    if os.environ.get("DATABASE_URL"):
        return None
    first = folder / "first"
    if not first.exists():
        with portal.running(first) as made:
            portal.settle(made)
    return first


class _Upload(io.BytesIO):
    """A file that notes when the last of it was taken."""

    ended = 0.0

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        self.ended = time.perf_counter()
        return block


class Visitor:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def sign_in(self, number: str, key: str) -> None:
        self.post("/empleadores/ingresar/", {"number": number, "key": key})

    def file(self, path: Path) -> tuple[float, float, float]:
        """Send a file and confirm it: seconds to the report, then to the receipt and to its signed PDF."""
        upload = _Upload(path.read_bytes())
        page = self.post(
            "/empleadores/batch/cargar/",
            {"novedad": "MSU"},
            files={"file": (path.name, upload, "text/plain")},
        )
        page = self._wait(page, REPORT)
        to_report = time.perf_counter() - upload.ended
        form = {"mode": "all", "plan": _value("plan", page.text)}
        began = time.perf_counter()
        page = self._wait(self.post(page.url.path, form, on=page), RECEIPT)
        to_receipt = time.perf_counter() - began
        self._wait(page, SIGNED)
        return to_report, to_receipt, time.perf_counter() - began

    def post(
        self, path: str, form: dict[str, str], *, on: httpx.Response | None = None, files: Files | None = None
    ) -> httpx.Response:
        page = on or self._client.get(path)
        data = {**form, "csrfmiddlewaretoken": _value("csrfmiddlewaretoken", page.text)}
        headers = {"Referer": str(self._client.base_url)}
        return self._client.post(path, data=data, files=files, headers=headers).raise_for_status()

    def _wait(self, page: httpx.Response, sign: str) -> httpx.Response:
        """Look at the page until it shows the sign, asking for its progress as the page itself does."""
        address = page.url.path
        while sign not in page.text:
            time.sleep(POLL_EVERY)
            progress = self._client.get(f"{address}avance/").raise_for_status()
            if "HX-Refresh" in progress.headers:
                page = self._client.get(address).raise_for_status()
        return page


def _value(name: str, html: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    if not found:
        raise AssertionError(f"the page has no field {name}")
    return found[1]
