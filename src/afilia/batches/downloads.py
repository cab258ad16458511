"""The files that a batch gives: its report, its rejected lines, its receipt with annex."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from uuid import UUID

import xlsxwriter
from django.http import FileResponse, Http404, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from afilia.access.decorators import HolderRequest, holder_required
from afilia.batches import queries, receipts
from afilia.batches.forms import SEVERITIES
from afilia.batches.models import Batch
from afilia.batches.views import batch_or_404, language
from afilia.documents import queries as documents
from afilia.novedades.offline import COLUMNS, explained, harmless
from afilia.novedades.rules.marks import Severity

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_ROWS = 1_000_000  # findings on a sheet; a spreadsheet holds little more
SHEET = {  # of each column of the report: heading and width in characters
    "line": (_("Línea"), 8),
    "column": (_("N.º de campo"), 12),
    "field": (_("Campo"), 18),
    "code": (_("Código"), 22),
    "severity": (_("Gravedad"), 12),
    "seen": (_("Se encontró"), 24),
    "expected": (_("Se espera"), 50),
    "fix": (_("Cómo corregirlo"), 60),
}


@require_safe
@holder_required
def report_csv(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _planned_or_404(request, batch_id)
    return _stream(_csv(batch, language()), _name(batch, "_informe.csv"), "text/csv; charset=utf-8")


@require_safe
@holder_required
def report_json(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _planned_or_404(request, batch_id)
    return _stream(_json(batch, language()), _name(batch, "_informe.json"), "application/json")


@require_safe
@holder_required
def report_xlsx(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _planned_or_404(request, batch_id)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        _fill(book, explained_findings(batch, language()))
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=_name(batch, "_informe.xlsx"), content_type=XLSX)


@require_safe
@holder_required
def rejected(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _planned_or_404(request, batch_id)
    if not batch.summary["rejected"]:
        raise Http404
    return _stream(queries.rejected_text(batch), _name(batch, "_rechazadas.txt"), "text/plain; charset=utf-8")


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
        headers=_attached(f"comprobante-{receipt.number}.json"),
    )


@require_safe
@holder_required
def annex(request: HolderRequest, batch_id: UUID) -> HttpResponseBase:
    batch = _registered_or_404(request, batch_id)
    name = f"anexo-{batch.filing.number}.csv" if batch.filing else "anexo.csv"
    return _stream(receipts.annex_csv(batch), name, "text/csv; charset=utf-8")


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


def explained_findings(batch: Batch, language: str) -> Iterator[dict[str, object]]:
    """Every finding in words, in the shape of `afilia check --format json`."""
    for part in queries.finding_parts(batch):
        yield from explained(part, language)


def _csv(batch: Batch, language: str) -> Iterator[str]:
    yield ",".join(COLUMNS) + "\r\n"
    for row in explained_findings(batch, language):
        yield ",".join(_quoted(harmless(row[name])) for name in COLUMNS) + "\r\n"


def _quoted(value: object) -> str:
    text = str(value).replace('"', '""')
    return f'"{text}"' if any(sign in text for sign in ',"\r\n') else text


def _json(batch: Batch, language: str) -> Iterator[str]:
    summary = batch.summary
    head = {
        "file": batch.file_name,
        "sha256": batch.sha256,
        "novedad": summary["novedad"],
        **{name: summary[name] for name in ("lines", "accepted", "rejected", "warnings")},
    }
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "findings": ['
    for at, row in enumerate(explained_findings(batch, language)):
        yield (",\n" if at else "") + json.dumps(row, ensure_ascii=False)
    yield "]}\n"


def _fill(book: xlsxwriter.Workbook, rows: Iterable[dict[str, object]]) -> None:
    """Write the rows as texts and numbers alone, so that nothing in them is run."""
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    sheet, at = None, 0
    for at, row in enumerate(rows):
        place = at % SHEET_ROWS + 1
        if sheet is None or place == 1:
            sheet = _sheet(book, bold)
        row["severity"] = str(SEVERITIES[Severity(str(row["severity"]))])
        for column, name in enumerate(SHEET):
            value = row[name]
            if isinstance(value, int):
                sheet.write_number(place, column, value, wrap)
            else:
                sheet.write_string(place, column, str(value), wrap)
    if sheet is None:
        _sheet(book, bold)


def _sheet(book: xlsxwriter.Workbook, bold: object) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet()
    for column, (heading, width) in enumerate(SHEET.values()):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, str(heading), bold)
    sheet.freeze_panes(1, 0)
    return sheet


def _name(batch: Batch, ending: str) -> str:
    stem, dot, last = batch.file_name.rpartition(".")
    return f"{stem if dot else last}{ending}"


def _stream(parts: Iterable[str] | Iterable[bytes], name: str, content_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts, content_type=content_type, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""}
