"""The receipt of novedades that were filed by a form, as an accessible PDF."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from afilia.documents.rendering import compile_pdf, day, drawable, time_of_day, verification


@dataclass(frozen=True, kw_only=True)
class FiledAct:
    """One novedad: what was done with it, its name, and its contents as label and value."""

    outcome: str  # in words: Registrada, Corregida, Anulada …
    name: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class FilingReceiptFacts:
    """All that the receipt says, in Spanish words; `filed_at` is local, texts may be anything."""

    number: str
    filed_at: datetime
    employer_name: str
    ruc: str
    by_number: str
    reason: str  # empty: none was asked
    acts: tuple[FiledAct, ...]
    code: str
    verify_url: str


def render_filing_receipt(facts: FilingReceiptFacts) -> bytes:
    """The receipt as PDF/UA-1 in Spanish; the same facts always give the same bytes."""
    rows = [
        ("Empleador", facts.employer_name),
        ("RUC", facts.ruc),
        ("Presentado por", facts.by_number),
        *([("Motivo", facts.reason)] if facts.reason else []),
    ]
    data = {
        "demo": settings.DEMO,
        "number": facts.number,
        "filed_at": f"{day(facts.filed_at)}, {time_of_day(facts.filed_at)}",
        "rows": [{"label": label, "value": drawable(value)} for label, value in rows],
        "acts": [
            {
                "title": f"{act.outcome}: {drawable(act.name)}",
                "rows": [{"label": label, "value": drawable(value)} for label, value in act.rows],
            }
            for act in facts.acts
        ],
        **verification(code=facts.code, verify_url=facts.verify_url),
    }
    return compile_pdf("filing-receipt", data, at=facts.filed_at)
