"""`afilia COMMAND`: the offline checker alone starts without Django; the rest are management commands."""

import os
import sys

from afilia.kit.environment import SettingError


def main() -> None:
    if sys.argv[1:2] == ["check"]:
        from afilia.novedades import offline  # noqa: PLC0415  the checker must not pay for Django

        sys.exit(offline.main(sys.argv[2:]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "afilia.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(f"afilia: {error}")
