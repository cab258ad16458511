"""Who may recover a key online, and how often anyone may ask for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from afilia.verification import rules as verification
from afilia.verification.rules import Limit, Pass

CHOOSING = timedelta(minutes=15)  # to choose a key, from the click on the link's page on


class Standing(StrEnum):
    """Whether a key can be recovered online (procedure sheet 004), and if not, why."""

    ELIGIBLE = "eligible"
    UNKNOWN = "unknown"  # no such employer, person or branch
    FIRST_KEY = "first-key"  # nobody ever had a key to this employer
    TAXPAYER = "taxpayer"  # the RUC is not active at the SRI
    NO_EMAIL = "no-email"  # none that was verified


@dataclass(frozen=True, kw_only=True)
class Account:
    """What is known of what was typed."""

    employer: bool  # there is such an employer
    branch: bool  # it has that branch, open, and the person's key is good for it
    key: bool  # the person has a key to the employer
    any_key: bool  # somebody has
    email: bool  # of the employer, verified
    active: bool  # at the SRI; a domestic employer needs no SRI


def standing(account: Account) -> Standing:
    """The first of the sheet's reasons against recovering online, or that there is none."""
    if not account.employer or not (account.key or not account.any_key):
        return Standing.UNKNOWN
    if not account.email:
        return Standing.NO_EMAIL
    if not account.any_key:
        return Standing.FIRST_KEY
    if not account.branch:
        return Standing.UNKNOWN
    return Standing.ELIGIBLE if account.active else Standing.TAXPAYER


def may_choose(*, opened_at: datetime, now: datetime) -> bool:
    return now - opened_at < CHOOSING


# Many people share an address behind a carrier's translation; the block is what one network may cost us.
ACCOUNT = Limit(free=3, most=20)
ADDRESS = Limit(free=5, most=120)
BLOCK = Limit(free=60, most=1200)
PAIR = 3  # of one account from one block, whatever others do to the account
EXPLAINED = 3  # mails within the window of the limits that tell an employer why a key is not recovered online


def pass_needed(*, account: int, pair: int, address: int, block: int) -> Pass:
    """What a beginning takes, the numbers being those within the window, this one included.

    `pair` counts the account from this address block. The first PAIR are never closed for the account's sake:
    nobody shuts an employer out from elsewhere.
    """
    around = [(address, ADDRESS), (block, BLOCK)]
    needed = verification.pass_needed([(account, ACCOUNT), *around])
    shut_by_strangers = pair <= PAIR and verification.pass_needed(around) is not Pass.CLOSED
    return Pass.PROOF if needed is Pass.CLOSED and shut_by_strangers else needed
