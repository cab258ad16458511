"""The sheet on which a single-use key is handed over, as an accessible PDF. Nothing of it is kept."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from afilia.documents.rendering import compile_pdf, day, drawable, qr, time_of_day


@dataclass(frozen=True, kw_only=True)
class KeySheetFacts:
    """All that the sheet says; times are aware, texts may be anything."""

    given_at: datetime
    until: datetime
    key: str
    employer_name: str
    ruc: str
    number: str  # with which the person signs in
    office: str
    sign_in_url: str


def render_key_sheet(facts: KeySheetFacts) -> bytes:
    """The sheet as PDF/UA-1 in Spanish.

    It does not tell the whole number of the person: who finds the sheet has half of what opens the portal.
    """
    data = {
        "demo": settings.DEMO,
        "given_at": f"{day(facts.given_at)}, {time_of_day(facts.given_at)}",
        "until": f"{day(facts.until)}, {time_of_day(facts.until)}",
        "key": facts.key,
        "rows": [
            {"label": label, "value": drawable(value)}
            for label, value in (
                ("Empleador", facts.employer_name),
                ("RUC", "el de la persona" if facts.ruc.startswith(facts.number) else facts.ruc),
                ("Su número de ingreso", f"termina en {facts.number[-3:]}"),
                ("Entregada en", facts.office),
            )
        ],
        "sign_in_url": facts.sign_in_url,
        "sign_in_label": facts.sign_in_url.partition("://")[2].rstrip("/"),
        "qr": qr(facts.sign_in_url),
    }
    return compile_pdf("key-sheet", data, at=facts.given_at)
