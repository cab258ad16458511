"""The confirmation of an appointment as an accessible PDF, which its QR makes easy to find at the office."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from afilia.documents.rendering import compile_pdf, drawable, qr


@dataclass(frozen=True, kw_only=True)
class ToBring:
    """What meets one requirement: names of documents and how each is handed in, the preferred one first."""

    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class ConfirmationFacts:
    """All that the confirmation says, in Spanish words; `confirmed_at` is aware, texts may be anything."""

    confirmed_at: datetime
    code: str  # short, to be said at the office
    url: str  # of the page of the appointment
    day: str
    time: str  # with the time zone where it is not that of the mainland
    office: str
    address: str
    procedure: str
    rows: tuple[tuple[str, str], ...]  # label and value
    bring: tuple[ToBring, ...]
    notes: tuple[str, ...]


def render_confirmation(facts: ConfirmationFacts) -> bytes:
    """The confirmation as PDF/UA-1 in Spanish; the same facts always give the same bytes."""
    data = {
        "demo": settings.DEMO,
        "code": facts.code,
        "url": facts.url,
        "qr": qr(facts.url),
        **{
            name: drawable(getattr(facts, name)) for name in ("day", "time", "office", "address", "procedure")
        },
        "rows": [{"label": label, "value": drawable(value)} for label, value in facts.rows],
        "bring": [
            [{"name": drawable(name), "how": drawable(how)} for name, how in one.options]
            for one in facts.bring
        ],
        "notes": [drawable(note) for note in facts.notes],
    }
    return compile_pdf("confirmation", data, at=facts.confirmed_at)
