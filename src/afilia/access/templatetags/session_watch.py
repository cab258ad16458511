"""`{% session_watch %}` in the page of who is signed in: warns in time before the session is over.

`{% session_watch watch="staff:watch-session" keep="staff:keep-session" %}` asks at the addresses of others.
"""

from typing import Any

from django import template
from django.template.context import Context

register = template.Library()


@register.inclusion_tag("access/watch.html", takes_context=True)
def session_watch(context: Context, *, watch: str = "", keep: str = "") -> dict[str, Any]:
    request, token = context["request"], context.get("csrf_token")
    return {"left": request.time_left, "request": request, "csrf_token": token, "watch": watch, "keep": keep}


@register.filter
def milliseconds(time: Any) -> int:
    """A time as HTMX counts it, rounded up."""
    return int(time.total_seconds() * 1000) + 1
