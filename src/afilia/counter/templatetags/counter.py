"""Words of the counter: `{{ handover.road|road_name }}`, `{{ handover.who_comes|who_name }}`."""

from django import template

from afilia.cases.queries import facts
from afilia.counter.rules.handing import Road
from afilia.counter.saying import ROADS, WHO_COMES
from afilia.procedures.rules import WhoComes

register = template.Library()
register.filter("reason_name", facts.reason_text)


@register.filter
def road_name(road: str) -> str:
    return str(ROADS[Road(road)])


@register.filter
def who_name(who_comes: str) -> str:
    return str(WHO_COMES[WhoComes(who_comes)])
