"""The files that a batch gives: its report, its rejected lines, its receipt with annex."""

import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from threading import BoundedSemaphore
from uuid import UUID

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from afilia.access.decorators import HolderRequest, holder_required
from afilia.batches import queries, receipts, report
from afilia.batches.models import Batch
from afilia.batches.views.common import batch_or_404
from afilia.documents import queries as documents
from afilia.kit.downloads import CSV, XLSX, attached, blocks, freeing, stream
from afilia.novedades.explaining import csv_rows, in_words, json_report, json_rows
from afilia.novedades.reader import language
from afilia.novedades.rules.layouts import SEPARATOR

Write = Callable[[Batch, str], Iterator[bytes]]  # of a report, in a language
# At once in one process, so that a thread is left for the pages of others.
REPORTS = BoundedSemaphore(4)
REPORT_WAIT = 0.5  # seconds
SHEET = (  # heading and width in characters of each column of the report
    (_("Línea"), 8),
    (_("N.º de campo"), 12),
    (_("Campo"), 18),
    (_("Código"), 22),
    (_("Gravedad"), 12),
    (_("Se encontró"), 24),
    (_("Se espera"), 50),
    (_("Cómo corregirlo"), 60),
)


@require_safe
@holder_required
def report_csv(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    """The report for spreadsheets as they are set up in Ecuador: UTF-8 with its mark, and semicolons."""
    return _report(request, batch_id, _csv, "csv", CSV)


@require_safe
@holder_required
def report_json(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    """The report for programs, in the shape of `afilia check --format json`."""
    return _report(request, batch_id, _json, "json", "application/json")


@require_safe
@holder_required
def report_xlsx(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    return _report(request, batch_id, _xlsx, "xlsx", XLSX)


def _report(
    request: HolderRequest, batch_id: UUID, write: Write, ending: str, content_type: str
) -> HttpResponseBase:
    batch = _planned_or_404(request, batch_id)
    if not REPORTS.acquire(timeout=REPORT_WAIT):
        busy = render(request, "batches/busy.html", {"batch": batch}, status=503)
        busy["Retry-After"] = "5"  # seconds
        return busy
    parts = freeing(write(batch, language()), REPORTS)
    return stream(parts, _name(batch, f"_informe.{ending}"), content_type)


@require_safe
@holder_required
def rejected(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _planned_or_404(request, batch_id)
    if not batch.summary["rejected"]:
        raise Http404
    return stream(queries.rejected_text(batch), _name(batch, "_rechazadas.txt"), "text/plain; charset=utf-8")


@require_safe
@holder_required
def receipt_pdf(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _registered_or_404(request, batch_id)
    if batch.receipt is None:
        raise Http404
    return FileResponse(
        documents.open_document(batch.receipt),
        as_attachment=True,
        filename=f"comprobante-{batch.receipt.number}.pdf",
        content_type="application/pdf",
    )


@require_safe
@holder_required
def receipt_json(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _registered_or_404(request, batch_id)
    issued_at = batch.receipt.issued_at if batch.receipt else batch.registered_at or timezone.now()
    receipt = receipts.facts(batch, at=issued_at)
    return JsonResponse(
        receipts.as_json(receipt),
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        headers=attached(f"comprobante-{receipt.number}.json"),
    )


@require_safe
@holder_required
def annex(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _registered_or_404(request, batch_id)
    name = f"anexo-{batch.filing.number}.csv" if batch.filing else "anexo.csv"
    return stream(receipts.annex_csv(batch), name, CSV)


def _planned_or_404(request: HolderRequest, batch_id: UUID) -> Batch:
    batch = batch_or_404(request, batch_id)
    if batch.decided_at is None:
        raise Http404
    return batch


def _registered_or_404(request: HolderRequest, batch_id: UUID) -> Batch:
    batch = batch_or_404(request, batch_id)
    if batch.filing is None:
        raise Http404
    return batch


def _csv(batch: Batch, language: str) -> Iterator[bytes]:
    with translation.override(language):
        head = SEPARATOR.join(str(heading) for heading, _width in SHEET)
    yield f"{head}\r\n".encode("utf-8-sig")
    for rows in report.rows(batch, language):
        yield csv_rows(rows, separator=SEPARATOR).encode()


def _json(batch: Batch, language: str) -> Iterator[bytes]:
    head = {
        "file": batch.file_name,
        "sha256": batch.sha256,
        **{name: batch.summary[name] for name in ("novedad", "lines", "accepted", "rejected", "warnings")},
    }
    told = (in_words(found, language) for found in queries.finding_parts(batch))
    yield from (part.encode() for part in json_report(head, json_rows(told)))


def _xlsx(batch: Batch, language: str) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        with translation.override(language), xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            _fill(book, batch, language)
        yield from blocks(file)


def _fill(book: xlsxwriter.Workbook, batch: Batch, language: str) -> None:
    """Write the first findings as texts and numbers alone, so that nothing in them is run."""
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet()
    for column, (heading, width) in enumerate(SHEET):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, str(heading), bold)
    sheet.freeze_panes(1, 0)
    every = (row for rows in report.rows(batch, language) for row in rows.iter_rows())
    at = 0
    for at, row in enumerate(islice(every, report.SHEET_FINDINGS), 1):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(at, column, value, wrap)
            else:
                sheet.write_string(at, column, value, wrap)
    if left := report.left_of_sheet(batch):
        sheet.write_string(at + 1, 0, left, bold)


def _name(batch: Batch, ending: str) -> str:
    stem, dot, last = batch.file_name.rpartition(".")
    return f"{stem if dot else last}{ending}"
