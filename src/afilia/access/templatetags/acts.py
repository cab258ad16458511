"""What somebody may do, in pages: `{% load acts %}`.

{{ act|act_name }}                       «Fondos de reserva»
{% for act in holder.acts|in_order %}    the acts as the employer sees them listed
{% if request.holder|may:"pay" %}        whether to show a button
{{ filing.by_number|named:helpers }}     «1716500044 QUISHPE EJEMPLO ROSA», else the number alone
"""

from collections.abc import Collection, Mapping
from typing import Any

from django import template

from afilia.access.acts import NAMES
from afilia.access.queries import Holder
from afilia.access.rules.acts import Act

register = template.Library()


@register.filter
def act_name(act: str) -> Any:
    return NAMES[Act(act)]


@register.filter
def in_order(acts: Collection[str]) -> list[Act]:
    return [act for act in Act if act in acts]


@register.filter
def may(holder: Holder, acts: str) -> bool:
    """Whether the person may do one of some acts, named with blanks between."""
    return any(holder.may(Act(act)) for act in acts.split())


@register.filter
def named(number: str, helpers: Mapping[str, str]) -> str:
    """Who did something, with the names by number of those who help the employer."""
    return f"{number} {helpers.get(number, '')}".rstrip()
