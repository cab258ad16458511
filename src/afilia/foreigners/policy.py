"""What an installation settles about foreigner codes; docs/settings.md explains each."""

from dataclasses import dataclass

from afilia.kit.environment import Environment, SettingError


@dataclass(frozen=True, kw_only=True)
class ForeignersPolicy:
    request_days: int  # that a prepared request waits for somebody to come with it
    forget_days: int  # that one is kept with which nobody ever came
    provisional_days: int  # to complete an entry filed before the code; 0: none is taken

    @classmethod
    def read(cls, env: Environment) -> "ForeignersPolicy":
        return cls(
            request_days=_number(env, "AFILIA_CODE_REQUEST_DAYS", 90, least=1),
            forget_days=_number(env, "AFILIA_CODE_REQUEST_FORGET_DAYS", 180, least=1),
            provisional_days=_number(env, "AFILIA_PROVISIONAL_ENTRY_DAYS", 30, least=0),
        )


def _number(env: Environment, name: str, default: int, *, least: int) -> int:
    number = env.number(name, default)
    if number < least:
        raise SettingError(f"{name} is {number}; it must be {least} or more.")
    return number
