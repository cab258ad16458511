"""Settings from the environment, with one sentence for what is missing or wrong."""

import os
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


class SettingError(Exception):
    """A setting is missing or cannot be read; the text names the variable and the remedy."""


class Environment:
    """Reads variables and remembers their names, so that the documentation can be held to them."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        self._variables = os.environ if variables is None else variables
        self.names: set[str] = set()

    def text(self, name: str, default: str | None = None, *, because: str = "") -> str:
        """The value of `name`; SettingError when it is empty and there is no default."""
        self.names.add(name)
        value = self._variables.get(name, "").strip() or default
        if value is None:
            raise SettingError(f"Set {name}: {because}.")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        return self._parsed(name, "1" if default else "0", _flag, "1 or 0")

    def number(self, name: str, default: int) -> int:
        return self._parsed(name, str(default), int, "a whole number")

    def words(self, name: str, default: str) -> list[str]:
        """A list separated by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise SettingError(f"{name} is {value!r}; it must be one of {', '.join(choices)}.")
        return value

    def _parsed(self, name: str, default: str, parse: Callable[[str], T], shape: str) -> T:
        value = self.text(name, default)
        try:
            return parse(value)
        except ValueError:
            raise SettingError(f"{name} is {value!r}; it must be {shape}.") from None


def _flag(value: str) -> bool:
    if value.lower() in {"1", "true", "yes", "on"}:
        return True
    if value.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError(value)
