"""What happens at the office, told on the page of the appointment; the app that knows adds how to tell it.

In the `ready` of the app: `on_the_day.add("attendance", number_of)`.
"""

from collections.abc import Callable

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from afilia.appointments.models import Appointment

Tell = Callable[[Appointment], str]  # a part of the page, safe; empty while there is nothing to tell

_tells: dict[str, Tell] = {}


def add(name: str, tell: Tell) -> None:
    """Let an app tell its part, once, however often it is added."""
    _tells[name] = tell


def told(appointment: Appointment) -> SafeString:
    """What is told of an appointment now; empty before its person came to the office."""
    return format_html_join("", "{}", ((tell(appointment),) for tell in _tells.values()))
