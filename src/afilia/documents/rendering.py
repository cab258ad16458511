"""Accessible PDFs (PDF/UA-1) from Typst templates, without a signature yet; and the receipt as one."""

import functools
import io
import json
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import segno
import typst
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from django.conf import settings

ANNEX_MAX_LINES = 500
LOCALE = "es_EC"
ECUADOR = ZoneInfo("America/Guayaquil")
TEMPLATES = Path(__file__).parent / "templates" / "documents"

# What the fonts inside Typst can draw, held to them by a test. PDF/UA-1 refuses a text with a missing glyph.
DRAWN = {*range(0x20, 0x378), *range(0x384, 0x500), *range(0x2010, 0x2028), 0x20AC, 0x2122}


@dataclass(frozen=True, kw_only=True)
class AnnexLine:
    """One line of the file: its number from 1, the worker, the outcome and what was found, in words."""

    line: int
    identification: str
    outcome: str
    remarks: str = ""


@dataclass(frozen=True, kw_only=True)
class ReceiptFacts:
    """All that a receipt says; times are aware, hashes are hexadecimal, texts may be anything.

    Each line is counted once: lines = registered + corrections + unchanged + rejected + left_out;
    ValueError otherwise, because a receipt that does not add up proves nothing.
    """

    number: str
    issued_at: datetime
    received_at: datetime
    decided_at: datetime
    registered_at: datetime
    employer_name: str
    ruc: str
    by_number: str  # identification of the person who filed
    file_name: str
    sha256: str  # of the file
    novedad: str
    novedad_name: str
    mode: str  # in words
    lines: int
    registered: int  # for the first time
    corrections: int
    unchanged: int  # registered before with the same content
    rejected: int
    left_out: int  # corrections that the employer did not mean
    code: str  # of verification: ABCD-EFGH-…
    verify_url: str  # of the page that answers for this code
    annex: tuple[AnnexLine, ...] | None  # None: too long to print
    annex_lines: int
    annex_sha256: str  # of the annex as CSV

    def __post_init__(self) -> None:
        outcomes = self.registered + self.corrections + self.unchanged + self.rejected + self.left_out
        if outcomes != self.lines:
            raise ValueError(f"{outcomes} outcomes for {self.lines} lines")


def render_receipt(facts: ReceiptFacts) -> bytes:
    """The receipt as PDF/UA-1 in Spanish; the same facts always give the same bytes.

    An annex of more than ANNEX_MAX_LINES lines is not printed: the receipt names the hash of its CSV.
    """
    return compile_pdf("receipt", _data(facts), at=facts.issued_at)


def compile_pdf(template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
    """The document that a Typst template makes of `data`, which must be JSON, as PDF/UA-1 dated `at`."""
    with _lock:  # a compiler keeps its fonts and its parsed template warm, and serves one call at a time
        pdf = _compiler(template).compile(
            sys_inputs={"facts": json.dumps(data)},
            format="pdf",
            pdf_standards="ua-1",
            timestamp=int(at.timestamp()),
        )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave no PDF")
    return pdf


_lock = threading.Lock()


@functools.cache
def _compiler(template: str) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False)  # the same document on every machine
    return typst.Compiler(input=TEMPLATES / f"{template}.typ", font_paths=fonts, ignore_system_fonts=True)


def verification(*, code: str, verify_url: str) -> dict[str, object]:
    """What a document shows so that anyone can verify it: its code, and the address as text and as QR."""
    page = verify_url.removesuffix(f"{code}/")
    return {
        "code": code,
        "qr": qr(verify_url),
        "verify_url": verify_url,
        "verify_page": page,
        "verify_label": page.partition("://")[2].rstrip("/"),
    }


def _data(facts: ReceiptFacts) -> dict[str, object]:
    annex = facts.annex if facts.annex and len(facts.annex) <= ANNEX_MAX_LINES else None
    return {
        "demo": settings.DEMO,
        "number": facts.number,
        "description": f"Comprobante de presentación de novedades, novedad {facts.novedad}",
        "issued_at": f"{day(facts.issued_at)}, {time_of_day(facts.issued_at)}",
        "headline": (
            f"Líneas registradas: {_number(facts.registered + facts.corrections)} de {_number(facts.lines)}."
        ),
        "statuses": [
            {"label": label, "day": day(at), "time": time_of_day(at)}
            for label, at in (
                ("Recibido", facts.received_at),
                ("Decidido", facts.decided_at),
                ("Registrado", facts.registered_at),
            )
        ],
        "counts": [
            {"label": label, "value": _number(value), "strong": strong}
            for label, value, strong in (
                ("Registradas por primera vez", facts.registered, False),
                ("Registradas como corrección", facts.corrections, False),
                ("Ya registradas antes con el mismo contenido, sin cambios", facts.unchanged, False),
                ("Rechazadas por errores", facts.rejected, False),
                ("No aplicadas: corrigen lo registrado y usted no lo pidió", facts.left_out, False),
                ("Líneas del archivo", facts.lines, True),
            )
        ],
        "details": [
            {"label": label, "value": drawable(value), "mono": mono}
            for label, value, mono in (
                ("Empleador", facts.employer_name, False),
                ("RUC", facts.ruc, False),
                ("Presentado por", facts.by_number, False),
                ("Novedad", f"{facts.novedad}: {facts.novedad_name}", False),
                ("Modalidad", facts.mode, False),
                ("Archivo", facts.file_name, False),
                ("SHA-256 del archivo", facts.sha256, True),
            )
        ],
        "annex": annex
        and [
            [str(row.line), drawable(row.identification), drawable(row.outcome), drawable(row.remarks)]
            for row in annex
        ],
        "annex_sentence": (
            f"El resultado de cada una de las {_number(facts.annex_lines)} líneas está en el anexo CSV "
            "que se descarga junto a este comprobante. Su SHA-256 es:"
        ),
        "annex_sha256": facts.annex_sha256,
        **verification(code=facts.code, verify_url=facts.verify_url),
    }


def day(at: date) -> str:
    """A day, or that of a moment in Ecuador, in words."""
    on = at.astimezone(ECUADOR) if isinstance(at, datetime) else at
    return str(format_date(on, "d 'de' MMMM 'de' y", locale=LOCALE))


def time_of_day(at: datetime) -> str:
    return f"{format_time(at.astimezone(ECUADOR), 'HH:mm:ss', locale=LOCALE)}, hora de Ecuador"


def _number(value: int) -> str:
    return str(format_decimal(value, locale=LOCALE))


def drawable(text: str) -> str:
    """The text without what the fonts cannot draw or what would turn its direction or its lines."""
    plain = unicodedata.normalize("NFC", " ".join(text.split()))
    kinds = ((character, unicodedata.category(character)) for character in plain)
    return "".join(
        character if ord(character) in DRAWN and kind != "Cn" else "\ufffd"
        for character, kind in kinds
        if kind not in {"Cc", "Cf"}  # controls, and marks that turn the direction of writing
    )


def qr(address: str) -> str:
    """The QR of an address, as SVG."""
    picture = io.BytesIO()
    segno.make_qr(address, error="m").save(picture, kind="svg", border=0, xmldecl=False, dark="#0b0c0c")
    return picture.getvalue().decode()
