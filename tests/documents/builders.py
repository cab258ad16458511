import io
import re
from datetime import UTC, datetime, timedelta

import pikepdf

from afilia.documents import actions, rendering, signing
from afilia.documents.models import IssuedDocument, Kind
from afilia.documents.rendering import AnnexLine, ReceiptFacts

NOW = datetime.now(UTC).replace(microsecond=0)  # the demo certificate is valid from the day it is made
NUMBER = "2026-00000007"
CODE = "ABCD-EFGH-IJKL-MNOP-QRST-UVWX"
EMPLOYER = "Comercial Andina de Prueba S. A."
RUC = "1790012345001"


def make_annex(lines: int) -> tuple[AnnexLine, ...]:
    return tuple(
        AnnexLine(line=line, identification="1710034065", outcome="Registrada", remarks="W101" * (line % 2))
        for line in range(1, lines + 1)
    )


def make_facts(**changes: object) -> ReceiptFacts:
    lines = changes.pop("lines", 400)
    facts = {
        "number": NUMBER,
        "issued_at": NOW,
        "received_at": NOW - timedelta(minutes=4),
        "decided_at": NOW - timedelta(minutes=3),
        "registered_at": NOW,
        "employer_name": EMPLOYER,
        "ruc": RUC,
        "by_number": "1710034065",
        "file_name": "MSU_2026-11.txt",
        "sha256": "9f" * 32,
        "novedad": "MSU",
        "novedad_name": "Modificación de sueldo",
        "mode": "Solo las líneas correctas",
        "lines": lines,
        "registered": lines,
        "corrections": 0,
        "unchanged": 0,
        "rejected": 0,
        "left_out": 0,
        "code": CODE,
        "verify_url": f"https://portal.example.ec/verificar/{CODE}/",
        "annex": make_annex(lines) if lines <= 500 else None,
        "annex_lines": lines,
        "annex_sha256": "ab" * 32,
    }
    return ReceiptFacts(**(facts | changes))


def make_signed(**changes: object) -> bytes:
    return signing.sign(rendering.render_receipt(make_facts(lines=3, **changes)), at=NOW)


def issue(pdf: bytes, *, number: str = NUMBER, code: str = CODE) -> IssuedDocument:
    return actions.issue(kind=Kind.RECEIPT, number=number, pdf=pdf, at=NOW, code=code)


def text_of(pdf: bytes) -> str:
    """What a screen reader would read, page after page, without blanks."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return "".join(_text_of_page(page) for page in document.pages).replace(" ", "")


def _text_of_page(page: pikepdf.Page) -> str:
    alphabets = {name: _alphabet(font) for name, font in page.Resources.Font.items()}
    alphabet: dict[int, str] = {}
    text = []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            alphabet = alphabets[str(operands[0])]
        elif str(operator) in {"Tj", "TJ"}:
            parts = operands[0] if str(operator) == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    glyphs = (int.from_bytes(raw[at : at + 2]) for at in range(0, len(raw), 2))
                    text.extend(alphabet.get(glyph, "") for glyph in glyphs)
    return "".join(text)


def _alphabet(font: pikepdf.Object) -> dict[int, str]:
    table = font.ToUnicode.read_bytes().decode("ascii")
    return {
        int(glyph, 16): bytes.fromhex(meaning).decode("utf-16-be")
        for glyph, meaning in re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4,})>\s*\n", table)
    }
