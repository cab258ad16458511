"""The only writers of the labour history."""

from afilia.novedades.actions.annulling import BlockedError, NotInForceError, TooLateError, annul, undo
from afilia.novedades.actions.filing import (
    Filer,
    RefusedError,
    Step,
    file_one,
    file_together,
    judge_together,
)
from afilia.novedades.actions.receipts import issue_receipt
from afilia.novedades.actions.registering import StalePlanError, lock_history, register
from afilia.novedades.actions.replacing import Replacing, judge_replacing, replace_one

__all__ = [
    "BlockedError",
    "Filer",
    "NotInForceError",
    "RefusedError",
    "Replacing",
    "StalePlanError",
    "Step",
    "TooLateError",
    "annul",
    "file_one",
    "file_together",
    "issue_receipt",
    "judge_replacing",
    "judge_together",
    "lock_history",
    "register",
    "replace_one",
    "undo",
]
