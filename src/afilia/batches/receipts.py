"""The receipt of a registered batch, as facts, annex and signed PDF."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl
from django.utils import timezone

from afilia.batches import queries
from afilia.batches.models import Batch
from afilia.batches.rules import Mode
from afilia.documents import queries as documents
from afilia.documents.models import Kind
from afilia.documents.rendering import ANNEX_MAX_LINES, AnnexLine, ReceiptFacts
from afilia.novedades.catalogue import catalogue, finding_texts
from afilia.novedades.explaining import harmless

ANNEX_HEAD = "linea,identificacion,resultado,codigos\r\n"


def mode_in_words(batch: Batch) -> str:
    """The mode as the receipt says it, in Spanish."""
    if batch.mode == Mode.PERCENT:
        return f"Hasta {batch.max_error_percent} % de errores"
    return {Mode.ALL.value: "Todo o nada", Mode.GOOD.value: "Solo las líneas correctas"}[batch.mode]


def annex_csv(batch: Batch) -> Iterator[bytes]:
    """The result of every line as CSV, in parts."""
    yield ANNEX_HEAD.encode()
    for part in queries.annex(batch):
        safe = part.with_columns(harmless(pl.col("identification")))
        yield safe.write_csv(include_header=False, line_terminator="\r\n").encode()


def facts(batch: Batch, *, at: datetime) -> ReceiptFacts:
    """All that the receipt of a registered batch says, issued at a moment; in the time of Ecuador."""
    filing = batch.filing
    if filing is None or batch.decided_at is None or batch.registered_at is None:
        raise ValueError(f"batch {batch.id} is not registered")
    counts = queries.counts(batch)
    digest = hashlib.sha256()
    for part in annex_csv(batch):
        digest.update(part)
    printed = counts.lines <= ANNEX_MAX_LINES
    code = documents.code_of(kind=Kind.RECEIPT, number=filing.number)
    novedad = catalogue(timezone.localdate(batch.decided_at)).layouts[batch.summary["novedad"]]
    meant = batch.corrections_meant
    return ReceiptFacts(
        number=filing.number,
        issued_at=timezone.localtime(at),
        received_at=timezone.localtime(batch.received_at),
        decided_at=timezone.localtime(batch.decided_at),
        registered_at=timezone.localtime(batch.registered_at),
        employer_name=batch.employer.name,
        ruc=batch.employer.ruc,
        by_number=filing.by_number,
        file_name=batch.file_name,
        sha256=batch.sha256,
        novedad=novedad.type,
        novedad_name=novedad.name["es"],
        mode=mode_in_words(batch),
        lines=counts.lines,
        registered=counts.new,
        corrections=counts.corrections if meant else 0,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
        left_out=0 if meant else counts.corrections,
        code=code,
        verify_url=documents.verify_url(code),
        annex=tuple(_lines(batch)) if printed else None,
        annex_lines=counts.lines,
        annex_sha256=digest.hexdigest(),
    )


def _lines(batch: Batch) -> Iterator[AnnexLine]:
    texts = finding_texts()
    for part in queries.annex(batch):
        for line, identification, outcome, codes in part.iter_rows():
            remarks = ". ".join(texts[code].title for code in codes.split())
            yield AnnexLine(line=line, identification=identification, outcome=outcome, remarks=remarks)


def as_json(receipt: ReceiptFacts) -> dict[str, Any]:
    """The receipt for programs: all but the printed annex."""
    names = [name for name in ReceiptFacts.__dataclass_fields__ if name != "annex"]
    values = {name: getattr(receipt, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }
