"""What the sources leave open and an installation settles, and the context of a check made from it."""

from dataclasses import dataclass
from datetime import date, timedelta

import holidays

from afilia.identifiers.person import may_be_prefix
from afilia.kit.environment import Environment, SettingError
from afilia.novedades.catalogue import catalogue
from afilia.novedades.rules.layouts import Context

HOLIDAY_YEARS = 5  # back from today; older working days are counted without holidays


@dataclass(frozen=True, kw_only=True)
class Policy:
    foreigner_prefixes: tuple[str, ...]
    working_days: bool
    max_bytes: int
    undo_within: timedelta = timedelta(minutes=60)

    @classmethod
    def read(cls, env: Environment) -> "Policy":
        """The policy of the environment; the names are explained in docs/settings.md."""
        days = env.choice("AFILIA_DEADLINE_DAYS", "calendar", ("calendar", "working"))
        return cls(
            foreigner_prefixes=_prefixes(env),
            working_days=days == "working",
            max_bytes=env.number("AFILIA_BATCH_MAX_MB", 256) * 1024 * 1024,
            undo_within=timedelta(minutes=env.number("AFILIA_UNDO_MINUTES", 60)),
        )

    def context(self, today: date) -> Context:
        """The context of a check made on a day."""
        years = range(today.year - HOLIDAY_YEARS, today.year + 2)
        return Context(
            catalogue=catalogue(today),
            today=today,
            foreigner_prefixes=self.foreigner_prefixes,
            working_days=self.working_days,
            holidays=tuple(sorted(holidays.country_holidays("EC", years=years))) if self.working_days else (),
            max_bytes=self.max_bytes,
        )


def _prefixes(env: Environment) -> tuple[str, ...]:
    prefixes = tuple(env.words("AFILIA_FOREIGNER_PREFIXES", "61"))
    if wrong := [prefix for prefix in prefixes if not may_be_prefix(prefix)]:
        raise SettingError(
            f"AFILIA_FOREIGNER_PREFIXES holds {wrong[0]!r}; each must be two to eight digits, and none may "
            "begin as a cédula does: 01 to 24, 30 or 50."
        )
    return prefixes
