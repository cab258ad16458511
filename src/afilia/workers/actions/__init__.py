"""The only writer of people and their numbers, but for the bulk of notices of entry (`novedades.actions`)."""

from afilia.workers.actions.codes import HasCodeError, SeriesFullError, issue_code
from afilia.workers.actions.joining import JoinRefusedError, join, lock_people, undo

__all__ = [
    "HasCodeError",
    "JoinRefusedError",
    "SeriesFullError",
    "issue_code",
    "join",
    "lock_people",
    "undo",
]
