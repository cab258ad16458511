"""The portal closed on purpose for a while: a file says so, since the database may be what is mended."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

# What answers all the same: the probes of operators and balancers, the page that says how things are.
OPEN = ("/livez", "/readyz", "/metrics", "/estado", "/robots.txt", "/.well-known/")
OVERDUE = timedelta(minutes=5)  # after which to come back where the time that was told is over


@dataclass(frozen=True, kw_only=True)
class Closure:
    """From when to when the portal is closed, as far as is known; both aware."""

    since: datetime
    until: datetime

    def retry_after(self, now: datetime) -> int:
        """Seconds after which to come back."""
        return int(max(self.until - now, OVERDUE).total_seconds())


def begin(*, since: datetime, until: datetime) -> None:
    """Close the portal of this machine, until `end`, whatever `until` tells people. OSError: no room."""
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    half = file.with_suffix(".new")
    half.write_text(json.dumps({"since": since.isoformat(), "until": until.isoformat()}), "utf-8")
    half.replace(file)  # nobody reads half of it


def end() -> bool:
    """Open it again; False when it was open."""
    was_closed = current() is not None
    _file().unlink(missing_ok=True)
    return was_closed


def current() -> Closure | None:
    """The closure in force on this machine."""
    try:
        said = json.loads(_file().read_text("utf-8"))
    except FileNotFoundError:
        return None
    return Closure(since=datetime.fromisoformat(said["since"]), until=datetime.fromisoformat(said["until"]))


def _file() -> Path:
    folder: Path = settings.DATA_DIR
    return folder / "maintenance.json"


class MaintenanceMiddleware:
    """Answers 503 while the portal is closed; stands before all that reads the database."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        closure = current()
        if closure is None or request.path.startswith(OPEN):
            return self.get_response(request)
        now = timezone.now()
        response = HttpResponse(
            render_to_string("maintenance.html", {"until": closure.until if closure.until > now else None}),
            status=503,
            headers={"Retry-After": str(closure.retry_after(now))},
        )
        add_never_cache_headers(response)
        return response
