"""What other apps have to tell or to offer on the page of an appointment; each adds how.

In the `ready` of an app: `on_the_day.add("attendance", number_of)`, `on_the_day.offer("foreigners", offer)`.
"""

from collections.abc import Callable

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from afilia.appointments.models import Appointment

Tell = Callable[[Appointment], str]  # a part of the page, safe; empty while there is nothing to tell

_tells: dict[str, Tell] = {}
_offers: dict[str, Tell] = {}


def add(name: str, tell: Tell) -> None:
    """Let an app tell what happens at the office, once, however often it is added."""
    _tells[name] = tell


def offer(name: str, tell: Tell) -> None:
    """Let an app offer what can be done before the day, likewise."""
    _offers[name] = tell


def told(appointment: Appointment) -> SafeString:
    """What is told of an appointment now; empty before its person came to the office."""
    return _joined(_tells, appointment)


def offered(appointment: Appointment) -> SafeString:
    """What can be done for an appointment before its day."""
    return _joined(_offers, appointment)


def _joined(tells: dict[str, Tell], appointment: Appointment) -> SafeString:
    return format_html_join("", "{}", ((tell(appointment),) for tell in tells.values()))
