"""The papers about a foreigner's code as accessible PDFs: to be signed by hand and brought, and the sheet."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from afilia.documents.confirmations import ToBring
from afilia.documents.rendering import compile_pdf, day, drawable, qr, time_of_day, verification
from afilia.documents.requests import Row, Signatory, rows, texts


@dataclass(frozen=True, kw_only=True)
class CodeRequestFacts:
    """All that a request for a code says, in Spanish words; `prepared_at` is aware, texts may be anything."""

    number: str
    revision: int  # from 1: of what is written
    prepared_at: datetime  # this revision
    url: str  # in the QR; opens the request at a counter
    employer_name: str
    ruc: str
    signer: Signatory  # the employer, or who represents it
    who_comes: str
    comes: Signatory | None  # another than the signer
    power: str  # notary, deed and validity; empty: none
    worker: Signatory  # the foreigner
    birth_on: date
    account: str
    bring: tuple[ToBring, ...]


@dataclass(frozen=True, kw_only=True)
class CodeSheetFacts:
    """All that the sheet with a code says; `issued_at` is aware."""

    number: str  # of the request
    issued_at: datetime
    foreigner_code: str
    worker: Signatory
    birth_on: date
    employer_name: str
    ruc: str
    office: str
    code: str  # of verification: ABCD-EFGH-…
    verify_url: str


def render_code_request(facts: CodeRequestFacts) -> bytes:
    """The request as PDF/UA-1 in Spanish, with the list of what to bring; the same facts, the same bytes."""
    data = _prepared(facts) | {
        "asks": texts()["code-request"]["asks"],
        "by_hand": texts()["code-request"]["by_hand"],
        "worker": _worker(facts.worker, facts.birth_on),
        "account": [drawable(line) for line in facts.account.splitlines() if line.strip()],
        "comes": rows(
            ("Quién se presenta", facts.who_comes),
            *(_pairs(facts.comes) if facts.comes else ()),
            *((("Poder notarial", facts.power),) if facts.power else ()),
        ),
        "bring": [
            [{"name": drawable(name), "how": drawable(how)} for name, how in one.options]
            for one in facts.bring
        ],
    }
    return compile_pdf("code-request", data, at=facts.prepared_at)


def render_code_authorisation(facts: CodeRequestFacts) -> bytes:
    """The plain authorisation for the third party who comes; ValueError where nobody else does."""
    if facts.comes is None:
        raise ValueError("nobody is authorised")
    data = _prepared(facts) | {
        name: texts()["code-authorisation"][name] for name in ("grants", "limits", "by_hand")
    }
    data |= {
        "third": rows(*_pairs(facts.comes)),
        "worker": rows(*_pairs(facts.worker)),
    }
    return compile_pdf("code-authorisation", data, at=facts.prepared_at)


def render_code_sheet(facts: CodeSheetFacts) -> bytes:
    """The sheet with a code, as PDF/UA-1 in Spanish, not signed yet."""
    data = {
        "demo": settings.DEMO,
        "number": facts.number,
        "issued_at": f"{day(facts.issued_at)}, {time_of_day(facts.issued_at)}",
        "foreigner_code": facts.foreigner_code,
        "worker": _worker(facts.worker, facts.birth_on),
        "rows": rows(
            ("Empleador que lo pidió", facts.employer_name), ("RUC", facts.ruc), ("Emitido en", facts.office)
        ),
        "uses": texts()["code-sheet"]["uses"],
        **verification(code=facts.code, verify_url=facts.verify_url),
    }
    return compile_pdf("code-sheet", data, at=facts.issued_at)


def _prepared(facts: CodeRequestFacts) -> dict[str, object]:
    return {
        "demo": settings.DEMO,
        "number": facts.number,
        "revision": facts.revision,
        "prepared_at": f"{day(facts.prepared_at)}, {time_of_day(facts.prepared_at)}",
        "url": facts.url,
        "qr": qr(facts.url),
        "employer": rows(("Empleador", facts.employer_name), ("RUC", facts.ruc), *_pairs(facts.signer)),
    }


def _worker(worker: Signatory, birth_on: date) -> list[Row]:
    return rows(*_pairs(worker), ("Fecha de nacimiento", day(birth_on)))


def _pairs(person: Signatory) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("Nombres y apellidos", person.names),
        ("Documento", person.document),
        ("Número", person.number),
    )
    return (*pairs, ("País que lo emitió", person.country)) if person.country else pairs
