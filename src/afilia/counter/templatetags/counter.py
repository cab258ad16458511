"""Words of the counter: `{{ handover.road|road_name }}`, `{{ due|due_text }}`."""

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext, ngettext

from afilia.cases.models import Case, Correction
from afilia.cases.queries import facts
from afilia.counter.rules.handing import Road
from afilia.counter.rules.working import Clock, Due
from afilia.counter.saying import ARRIVALS, DOUBLE_REASONS, ROADS, WHO_COMES
from afilia.documents import explaining
from afilia.documents.rules.signatures import SignatureFacts, SignatureReason
from afilia.foreigners.rules.deciding import Arrival
from afilia.procedures.rules import WhoComes
from afilia.workers.rules import DoubleReason

register = template.Library()
register.filter("reason_name", facts.reason_text)
register.filter("scan_text", explaining.scan_label)

DUE_KINDS = {Clock.LATE: "error", Clock.STOPPED: "neutral", Clock.RUNNING: "info", Clock.NONE: "neutral"}
SOON = 1  # working days


@register.filter
def road_name(road: str) -> str:
    return str(ROADS[Road(road)])


@register.filter
def who_name(who_comes: str) -> str:
    return str(WHO_COMES[WhoComes(who_comes)])


@register.filter
def arrival_text(arrival: Arrival) -> str:
    return str(ARRIVALS[arrival])


@register.filter
def double_reason(reason: DoubleReason) -> str:
    """Why somebody may be the same person."""
    return str(DOUBLE_REASONS[reason])


@register.filter
def due_text(due: Due) -> str:
    """How the clock stands, in working days."""
    days = due.days
    match due.clock:
        case Clock.NONE:
            return gettext("Sin plazo")
        case Clock.LATE:
            said = ngettext("Vencido hace %(days)d día hábil", "Vencido hace %(days)d días hábiles", days)
        case Clock.STOPPED if days < 0:
            days = -days
            said = ngettext(
                "Detenido, vencido por %(days)d día hábil",
                "Detenido, vencido por %(days)d días hábiles",
                days,
            )
        case Clock.STOPPED:
            said = ngettext(
                "Detenido: queda %(days)d día hábil", "Detenido: quedan %(days)d días hábiles", days
            )
        case Clock.RUNNING if days == 0:
            return gettext("Vence hoy")
        case Clock.RUNNING:
            said = ngettext("Queda %(days)d día hábil", "Quedan %(days)d días hábiles", days)
    return said % {"days": days}


@register.filter
def due_kind(due: Due) -> str:
    """The kind of the tag that says how the clock stands."""
    if due.clock is Clock.RUNNING and due.days <= SOON:
        return "warning"
    return DUE_KINDS[due.clock]


@register.filter
def slot_name(correction: Correction, case: Case) -> str:
    """The document that was asked for again."""
    return ", ".join(facts.document_names(case, [correction.slot]))


@register.filter
def signature_lines(signature: SignatureFacts) -> Sequence[tuple[str, str]]:
    return explaining.facts_in_words(signature)


@register.filter
def fault_text(reason: SignatureReason) -> str:
    """What speaks against a signature."""
    return explaining.explain(reason).sentence
