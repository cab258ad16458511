"""Words for what the rules of this app say by code: `{% load foreigners %}`."""

from django import template

from afilia.foreigners import saying
from afilia.foreigners.models import CodeRequest, Power
from afilia.foreigners.references import reference_of
from afilia.foreigners.rules.powers import PowerFault
from afilia.foreigners.rules.states import EntryState, PowerState, State
from afilia.foreigners.texts import joins
from afilia.kit import countries
from afilia.procedures.rules import WhoComes
from afilia.procedures.speaking import spoken
from afilia.registries.contracts import Field
from afilia.workers.rules import Clash

register = template.Library()

STATE_KINDS = {
    State.PREPARED: "info",
    State.CORRECTION: "warning",
    State.ISSUED: "success",
    State.REFUSED: "error",
    State.WITHDRAWN: "neutral",
    State.EXPIRED: "neutral",
}
POWER_KINDS = {PowerState.SUBMITTED: "info", PowerState.VALIDATED: "success", PowerState.REFUSED: "error"}
ENTRY_KINDS = {
    EntryState.OPEN: "info",
    EntryState.DEFINITE: "success",
    EntryState.WITHDRAWN: "neutral",
    EntryState.LAPSED: "error",
}


@register.filter
def who_comes(value: str) -> str:
    return str(saying.WHO_COMES[WhoComes(value)])


@register.filter
def country(code: str) -> str:
    return countries.name(code) or code


@register.filter
def power_fault(fault: PowerFault) -> str:
    return str(saying.POWER_FAULTS[fault])


@register.filter
def sut_field(field: Field) -> str:
    return str(saying.FIELDS[field])


@register.filter
def sut_value(value: str, field: Field) -> str:
    """What the register has in a field, in words."""
    return saying.sut_value(field, value)


@register.filter
def state_kind(row: CodeRequest) -> str:
    return STATE_KINDS[State(row.state)]


@register.filter
def power_kind(row: Power) -> str:
    return POWER_KINDS[PowerState(row.state)]


@register.filter
def entry_kind(state: str) -> str:
    return ENTRY_KINDS[EntryState(state)]


@register.filter
def entry_state(state: str) -> str:
    return str(saying.ENTRY_STATES[EntryState(state)])


@register.filter
def reference(row: CodeRequest) -> str:
    return reference_of(row.key)


@register.filter
def clash(why: Clash) -> str:
    return str(saying.CLASHES[why])


@register.filter
def join_reason(slug: str, of: str) -> str:
    """The reason of a join (`join`) or of its undoing (`undo`)."""
    text = joins()[of].get(slug)
    return spoken(text) if text else slug
