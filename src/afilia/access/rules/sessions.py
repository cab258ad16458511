"""When a session is over, and what a browser is called."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SEEN_EVERY = timedelta(minutes=1)  # how exactly it is known when a session was last used
WARN_BEFORE = timedelta(minutes=2)  # WCAG 2.2.1 asks for 20 seconds
STEP = timedelta(minutes=10)  # between the right key and what must follow it: a code, or choosing a key

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


class Ending(StrEnum):
    """Why a session is over; the values are words of addresses."""

    IDLE = "inactividad"
    LONGEST = "limite"
    CLOSED = "cerrada"  # by the person, or because the key was changed


@dataclass(frozen=True, kw_only=True)
class SessionLimits:
    idle: timedelta
    longest: timedelta


def ending(
    *, started_at: datetime, seen_at: datetime, ended: bool, now: datetime, limits: SessionLimits
) -> Ending | None:
    """Why a session is over at this moment; None while it goes on."""
    if ended:
        return Ending.CLOSED
    if now - started_at >= limits.longest:
        return Ending.LONGEST
    return Ending.IDLE if now - seen_at >= limits.idle else None


@dataclass(frozen=True, kw_only=True)
class TimeLeft:
    """How long a session goes on if nothing is done in it, and what ends it then."""

    time: timedelta
    ending: Ending

    @property
    def unwarned(self) -> timedelta:
        """How long until the person must be warned; zero when that is now."""
        return max(timedelta(), self.time - WARN_BEFORE)


def time_left(*, started_at: datetime, seen_at: datetime, now: datetime, limits: SessionLimits) -> TimeLeft:
    """How long a session that is not over goes on by itself."""
    idle = TimeLeft(time=seen_at + limits.idle - now, ending=Ending.IDLE)
    longest = TimeLeft(time=started_at + limits.longest - now, ending=Ending.LONGEST)
    return longest if longest.time <= idle.time else idle


def is_step_over(begun_at: datetime, *, now: datetime) -> bool:
    """Whether it is too late for what must follow the right key."""
    return now - begun_at >= STEP


def browser(agent: str) -> str:
    """The name of the browser that calls itself so; empty when it is none that we know."""
    return next((name for token, name in BROWSERS if token in agent), "")


def system(agent: str) -> str:
    """The name of the system that a browser says it runs on; empty when it is none that we know."""
    return next((name for token, name in SYSTEMS if token in agent), "")
