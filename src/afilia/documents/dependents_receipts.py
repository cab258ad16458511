"""The receipt of dependents registered by form, as an accessible PDF."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from afilia.documents.rendering import compile_pdf, day, drawable, time_of_day, verification


@dataclass(frozen=True, kw_only=True)
class Registered:
    what: str  # registration, correction, end, renewal
    rows: tuple[tuple[str, str], ...]  # label and value


@dataclass(frozen=True, kw_only=True)
class DependentsReceiptFacts:
    """All that the receipt says, in Spanish words; times are local, texts may be anything."""

    number: str
    issued_at: datetime
    filed_at: datetime
    employer_name: str
    ruc: str
    by_number: str  # identification of the person who filed
    registered: tuple[Registered, ...]
    code: str
    verify_url: str


def render_dependents_receipt(facts: DependentsReceiptFacts) -> bytes:
    """The receipt as PDF/UA-1 in Spanish; the same facts always give the same bytes."""
    data = {
        "demo": settings.DEMO,
        "number": facts.number,
        "filed_at": f"{day(facts.filed_at)}, {time_of_day(facts.filed_at)}",
        "details": [
            {"label": label, "value": drawable(value)}
            for label, value in (
                ("Empleador", facts.employer_name),
                ("RUC", facts.ruc),
                ("Presentado por", facts.by_number),
            )
        ],
        "registered": [
            {
                "what": one.what,
                "rows": [{"label": label, "value": drawable(value)} for label, value in one.rows],
            }
            for one in facts.registered
        ],
        **verification(code=facts.code, verify_url=facts.verify_url),
    }
    return compile_pdf("dependents-receipt", data, at=facts.issued_at)
