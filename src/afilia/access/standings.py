"""Where an access stands, in words and colours."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from afilia.access.models import Delegation
from afilia.access.queries import helping
from afilia.access.rules.helping import Standing

NAMES = {
    Standing.INVITED: (_("Invitado"), "info"),
    Standing.LAPSED: (_("La invitación venció"), "neutral"),
    Standing.AHEAD: (_("Comienza después"), "info"),
    Standing.IN_FORCE: (_("Vigente"), "success"),
    Standing.OVER: (_("Terminó por su fecha"), "neutral"),
    Standing.ENDED: (_("Terminado"), "neutral"),
}


def shown(given: Delegation, *, now: datetime) -> dict[str, Any]:
    """An access as pages show it."""
    standing = helping.standing(given, now=now)
    name, tag = NAMES[standing]
    return {"given": given, "standing": standing, "standing_name": name, "tag": tag}
