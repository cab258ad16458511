"""Parts of the desk: `{% load staff %}`; its pages extend `staff/base.html`.

{% block before_content %}{% desk_trail _("Equipo de trabajo") team_url _("Agregar") %}{% endblock %}
{% staff_pages as pages %}        what the desk offers to who is signed in
{{ member.roles|role_names }}     «Ventanilla, Supervisión»
{{ member.province|province_name }}
"""

from collections.abc import Collection, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from afilia.offices.provinces import PROVINCES
from afilia.staff import navigation
from afilia.staff.rules import Role
from afilia.staff.texts import ROLES

register = template.Library()


@register.inclusion_tag("govuk/breadcrumbs.html")
def desk_trail(*parts: str) -> dict[str, Any]:
    """The way from the desk to a page: text, address, …, page."""
    steps = [{"text": _("Mi mesa"), "href": reverse("staff:desk")}]
    steps += [{"text": parts[at], "href": parts[at + 1]} for at in range(0, len(parts) - 1, 2)]
    return {"steps": steps, "here": parts[-1]}


@register.simple_tag(takes_context=True)
def staff_pages(context: Context) -> Sequence[navigation.Entry]:
    staff = getattr(context.get("request"), "staff", None)
    return navigation.entries(staff) if staff else []


@register.filter
def role_names(roles: Collection[str]) -> str:
    """The names of roles in their order."""
    return ", ".join(str(ROLES[role]) for role in Role if role in roles)


@register.filter
def province_name(code: str) -> str:
    return PROVINCES[code]
