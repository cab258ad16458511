"""A batch on its way: received, decided, confirmed, registered, with a receipt, or discarded."""

from afilia.batches.actions.deciding import confirm, context, issue_receipt, plan, register
from afilia.batches.actions.discarding import discard, discard_unconfirmed, forget_uploads_cut_off
from afilia.batches.actions.receiving import (
    MENDED_LINES,
    UploadRefusal,
    UploadRefusedError,
    judge_as,
    mend,
    receive,
)
from afilia.batches.actions.steps import Sender

__all__ = [
    "MENDED_LINES",
    "Sender",
    "UploadRefusal",
    "UploadRefusedError",
    "confirm",
    "context",
    "discard",
    "discard_unconfirmed",
    "forget_uploads_cut_off",
    "issue_receipt",
    "judge_as",
    "mend",
    "plan",
    "receive",
    "register",
]
