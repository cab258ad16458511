"""The papers that lead to a key, as accessible PDFs: filled in after a registration, or as blank forms."""

import functools
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings

from afilia.documents.rendering import compile_pdf, day, drawable, time_of_day, verification

# Their Typst templates
REQUEST, AUTHORISATION, AGREEMENT = "key-request", "authorisation", "agreement"
Row = dict[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Who signs: a person with a document, `country` in words where it was issued abroad."""

    names: str
    document: str  # in words
    number: str
    country: str = ""


@dataclass(frozen=True, kw_only=True)
class BranchLine:
    number: str
    name: str
    address: str


@dataclass(frozen=True, kw_only=True)
class RequestFacts:
    """All that the request for the key and the agreement say; `issued_at` is aware, texts may be anything."""

    number: str  # of the registration
    issued_at: datetime
    registered_at: datetime
    employer_name: str
    ruc: str
    kind: str  # in words
    standing: str  # at the SRI, in words; empty: not asked
    address: str
    phone: str
    email: str
    branches: tuple[BranchLine, ...]
    signatory: Signatory
    collector_number: str  # of a third party; empty: none
    collector_names: str
    code: str  # of verification: ABCD-EFGH-…
    verify_url: str


@functools.cache
def texts() -> dict[str, Any]:
    """What the papers say, as data with sources and dates: `data/papers.toml`."""
    return tomllib.loads((Path(__file__).parent / "data" / "papers.toml").read_text("utf-8"))


def render_key_request(facts: RequestFacts) -> bytes:
    """The request for the key as PDF/UA-1 in Spanish; the same facts always give the same bytes."""
    data = _issued(facts) | {
        "employer": _employer(facts),
        "contact": rows(
            ("Domicilio", facts.address), ("Teléfono", facts.phone), ("Correo verificado", facts.email)
        ),
        "branches": [
            [branch.number, drawable(branch.name), drawable(branch.address)] for branch in facts.branches
        ],
        "signatory": _signatory(facts.signatory),
        "collector": _collector(facts.collector_number, facts.collector_names),
    }
    return compile_pdf(REQUEST, data, at=facts.issued_at)


def render_agreement(facts: RequestFacts) -> bytes:
    """The agreement of responsibility and use of information, for the employer of a registration."""
    data = _issued(facts) | {
        "employer": rows(("Empleador", facts.employer_name), ("RUC", facts.ruc)),
        "signatory": _signatory(facts.signatory),
    }
    return compile_pdf(AGREEMENT, data, at=facts.issued_at)


def render_blank(paper: str) -> bytes:
    """A form to fill in by hand: REQUEST, AUTHORISATION or AGREEMENT, the same bytes at each call."""
    data = _texts() | {
        "number": None,
        "employer": _blank("Empleador", "RUC, o cédula y 000 si es servicio doméstico", "Clase de empleador"),
        "contact": _blank("Domicilio", "Teléfono", "Correo electrónico"),
        "branches": None,
        "signatory": _blank("Nombres y apellidos", "Documento", "Número", "País, si no es del Ecuador"),
        "collector": _blank("Nombres y apellidos", "Cédula"),
        "authorised": False,
    }
    if paper != REQUEST:
        data["employer"] = _blank("Empleador", "RUC, o cédula y 000 si es servicio doméstico")
    in_force_on: date = texts()["agreement"]["in_force_on"]
    return compile_pdf(paper, data, at=datetime.combine(in_force_on, time(), UTC))


def _issued(facts: RequestFacts) -> dict[str, object]:
    return _texts() | {
        "number": facts.number,
        "issued_at": f"{day(facts.issued_at)}, {time_of_day(facts.issued_at)}",
        "authorised": bool(facts.collector_number),
        **verification(code=facts.code, verify_url=facts.verify_url),
    }


def _texts() -> dict[str, object]:
    said = texts()
    agreement = said["agreement"]
    return {
        "demo": settings.DEMO,
        "asks": said["request"]["asks"],
        "signatures": [{name: way[name] for name in ("place", "kind", "text")} for way in said["signature"]],
        "authorisation": {name: said["authorisation"][name] for name in ("grants", "limits", "none")},
        "agreement": {
            "between": agreement["between"],
            "closing": agreement["closing"],
            "version": f"Texto {agreement['version']}, vigente desde el {day(agreement['in_force_on'])}",
            "clauses": [
                {"title": clause["title"], "text": clause["text"], "source": clause.get("source", "")}
                for clause in agreement["clause"]
            ],
        },
    }


def _employer(facts: RequestFacts) -> list[Row]:
    return rows(
        ("Empleador", facts.employer_name),
        ("RUC", facts.ruc),
        ("Clase de empleador", facts.kind),
        *([("Estado en el SRI", facts.standing)] if facts.standing else []),
        ("Registrado", f"{day(facts.registered_at)}, {time_of_day(facts.registered_at)}"),
    )


def _signatory(person: Signatory) -> list[Row]:
    return rows(
        ("Nombres y apellidos", person.names),
        ("Documento", person.document),
        ("Número", person.number),
        *([("País que lo emitió", person.country)] if person.country else []),
    )


def _collector(number: str, names: str) -> list[Row]:
    if not number:
        return _blank("Nombres y apellidos", "Cédula")
    return rows(("Nombres y apellidos", names), ("Cédula", number))


def rows(*pairs: tuple[str, str]) -> list[Row]:
    """Labels and values as the templates take them."""
    return [{"label": label, "value": drawable(value)} for label, value in pairs]


def _blank(*labels: str) -> list[Row]:
    return [{"label": label, "value": None} for label in labels]
