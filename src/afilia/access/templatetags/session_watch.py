"""`{% session_watch %}` in the page of who is signed in: warns in time before the session is over."""

from typing import Any

from django import template
from django.template.context import Context

register = template.Library()


@register.inclusion_tag("access/watch.html", takes_context=True)
def session_watch(context: Context) -> dict[str, Any]:
    request = context["request"]
    return {"left": request.time_left, "request": request, "csrf_token": context.get("csrf_token")}


@register.filter
def milliseconds(time: Any) -> int:
    """A time as HTMX counts it, rounded up."""
    return int(time.total_seconds() * 1000) + 1
