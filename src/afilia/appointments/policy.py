"""What an installation settles about appointments; docs/settings.md explains each."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from afilia.appointments.rules.places import Release
from afilia.kit.environment import Environment, SettingError
from afilia.verification.rules import Limit

WHOLE = 100  # per cent


@dataclass(frozen=True, kw_only=True)
class AppointmentPolicy:
    release: Release
    lead: timedelta  # before a place begins, until when it can be booked
    offer: timedelta  # to accept a place offered to somebody of the waiting list
    remind: timedelta  # before the appointment
    per_contact: int  # live appointments with one e-mail or one phone
    keep: timedelta  # personal data, after the day of the appointment

    @classmethod
    def read(cls, env: Environment) -> "AppointmentPolicy":
        return cls(
            release=_release(env.text("AFILIA_APPOINTMENT_RELEASE", "3:100,7:85,14:70,30:50,60:30")),
            lead=timedelta(minutes=_number(env, "LEAD_MINUTES", 30, least=0)),
            offer=timedelta(minutes=_number(env, "OFFER_MINUTES", 120)),
            remind=timedelta(hours=_number(env, "REMINDER_HOURS", 24)),
            per_contact=_number(env, "PER_CONTACT", 20, prefix="AFILIA_APPOINTMENTS_"),
            keep=timedelta(days=_number(env, "KEEP_DAYS", 90)),
        )


def _number(
    env: Environment, name: str, default: int, *, least: int = 1, prefix: str = "AFILIA_APPOINTMENT_"
) -> int:
    number = env.number(f"{prefix}{name}", default)
    if number < least:
        raise SettingError(f"{prefix}{name} is {number}; it must be {least} or more.")
    return number


@cache
def limits() -> dict[str, Limit]:
    """How often a place may be asked for within an hour: by the person, their contacts and their network."""
    raw = tomllib.loads((Path(__file__).parent / "data" / "limits.toml").read_text("utf-8"))
    return {
        scope: Limit(free=raw[scope]["free"], most=raw[scope]["most"])
        for scope in ("person", "email", "phone", "address", "block")
    }


def _release(text: str) -> Release:
    try:
        steps = tuple(
            (int(days), int(percent)) for days, percent in (part.split(":") for part in text.split(","))
        )
    except ValueError:
        steps = ()
    days, percents = [step[0] for step in steps], [step[1] for step in steps]
    rising = days == sorted({*days}) and bool(days) and days[0] >= 0
    if (
        not rising
        or percents != sorted(percents, reverse=True)
        or not 1 <= percents[-1] <= percents[0] <= WHOLE
    ):
        raise SettingError(
            f"AFILIA_APPOINTMENT_RELEASE is {text!r}; it must be days ahead and per cent of the places,"
            " more days with no more places, as 3:100,14:70,60:30."
        )
    return Release(steps=steps)
