import argparse
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from afilia.kit import maintenance


def moment(text: str) -> datetime:
    """A time of day in Ecuador, `2026-11-22 06:00`, or one with its own zone."""
    try:
        said = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write it as 2026-11-22T06:00") from None
    return said if said.tzinfo else timezone.make_aware(said)


class Command(BaseCommand):
    help = "Close the portal of this machine for maintenance, or open it again."
    requires_system_checks: list[str] = []  # the database may be down

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("do", choices=["on", "off", "show"])
        parser.add_argument("--until", type=moment, help="with on: 2026-11-22T06:00, time of Ecuador")

    def handle(self, *_args: object, do: str, until: datetime | None, **_options: object) -> None:
        now = timezone.now()
        if do == "on":
            if until is None or until <= now:
                raise CommandError("People are told when to come back: --until must be a time to come.")
            maintenance.begin(since=now, until=until)
        elif do == "off" and not maintenance.end():
            raise CommandError("The portal was open.")
        closure = maintenance.current()
        self.stdout.write(
            f"closed since {_say(closure.since)}; people are told to come back at {_say(closure.until)}"
            if closure
            else "open"
        )


def _say(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
