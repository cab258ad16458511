"""The receipt of a case submitted at the virtual desk, as an accessible PDF."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from afilia.documents.rendering import compile_pdf, day, drawable, time_of_day, verification


@dataclass(frozen=True, kw_only=True)
class CaseReceiptFacts:
    """All that the receipt says, in Spanish words; `submitted_at` is local, texts may be anything."""

    number: str
    submitted_at: datetime
    procedure: str
    rows: tuple[tuple[str, str], ...]  # label and value
    papers: tuple[tuple[str, str], ...]  # name of a document, and the SHA-256 of its file in hexadecimal
    code: str  # with which the case is followed and the receipt verified
    verify_url: str


def render_case_receipt(facts: CaseReceiptFacts) -> bytes:
    """The receipt as PDF/UA-1 in Spanish; the same facts always give the same bytes."""
    data = {
        "demo": settings.DEMO,
        "number": facts.number,
        "submitted_at": f"{day(facts.submitted_at)}, {time_of_day(facts.submitted_at)}",
        "procedure": drawable(facts.procedure),
        "rows": [{"label": label, "value": drawable(value)} for label, value in facts.rows],
        "papers": [{"name": drawable(name), "sha256": sha256} for name, sha256 in facts.papers],
        **verification(code=facts.code, verify_url=facts.verify_url),
    }
    return compile_pdf("case-receipt", data, at=facts.submitted_at)
