"""`{% load cases %}`: a state as a tag, `{% case_tag case %}`; a reason in words, `{% reason slug %}`."""

from typing import Any

from django import template

from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.cases.rules.moves import State

register = template.Library()

KINDS = {
    State.CORRECTION_ASKED: "warning",
    State.APPROVED: "success",
    State.DELIVERED: "success",
    State.REFUSED: "error",
    State.WITHDRAWN: "neutral",
}


@register.inclusion_tag("govuk/tag.html")
def case_tag(case: Case) -> dict[str, Any]:
    return {"text": case.get_state_display(), "kind": KINDS.get(State(case.state), "info")}


register.simple_tag(facts.reason_text, name="reason")
