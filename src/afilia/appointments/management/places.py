"""The day and the place that the commands about closures take: one office, a province or all."""

from datetime import date

from django.core.management.base import CommandError, CommandParser

from afilia.offices import queries
from afilia.offices.provinces import PROVINCES

NOTHING = 2


def add_place(parser: CommandParser) -> None:
    """Let a command take DATE and exactly one of --office, --province and --everywhere."""
    parser.add_argument("on", type=date.fromisoformat, metavar="DATE", help="as 2026-12-31")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--office", metavar="CODE")
    where.add_argument("--province", metavar="CODE", choices=[*PROVINCES], help="two digits, as 17")
    where.add_argument("--everywhere", action="store_true")


def office_id(code: str | None, *, otherwise: str) -> int | None:
    """The key of the office of a code; None without one.

    Raises CommandError where there is no such office; `otherwise` says that nothing was done.
    """
    if not code:
        return None
    found = queries.office(code)
    if found is None:
        raise CommandError(f"No hay una oficina con el código {code}. {otherwise}", returncode=NOTHING)
    return found.pk
