from datetime import timedelta

import pytest

from afilia.recovery import rules
from afilia.recovery.rules import ACCOUNT, ADDRESS, BLOCK, PAIR, Account, Standing
from afilia.verification.rules import Pass
from tests.builders import NOW

GOOD = {"employer": True, "branch": True, "key": True, "any_key": True, "email": True, "active": True}


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, Standing.ELIGIBLE),
        (dict.fromkeys(GOOD, False), Standing.UNKNOWN),
        ({"key": False}, Standing.UNKNOWN),
        ({"branch": False}, Standing.UNKNOWN),
        ({"branch": False, "active": False}, Standing.UNKNOWN),
        ({"email": False}, Standing.NO_EMAIL),
        ({"email": False, "key": False, "any_key": False}, Standing.NO_EMAIL),
        ({"key": False, "any_key": False}, Standing.FIRST_KEY),
        ({"key": False, "any_key": False, "branch": False, "active": False}, Standing.FIRST_KEY),
        ({"active": False}, Standing.TAXPAYER),
    ],
)
def test_the_sheet_says_whose_key_is_recovered_online(changes: dict[str, bool], standing: Standing) -> None:
    assert rules.standing(Account(**GOOD | changes)) is standing


@pytest.mark.parametrize(
    ("account", "pair", "address", "block", "needed"),
    [
        (1, 1, 1, 1, Pass.FREE),
        (ACCOUNT.free, ACCOUNT.free, ADDRESS.free, BLOCK.free, Pass.FREE),
        (ACCOUNT.free + 1, 1, 1, 1, Pass.PROOF),
        (1, 1, ADDRESS.free + 1, 1, Pass.PROOF),
        (1, 1, 1, BLOCK.free + 1, Pass.PROOF),
        (ACCOUNT.most, PAIR + 1, ADDRESS.most, BLOCK.most, Pass.PROOF),
        (ACCOUNT.most + 1, PAIR + 1, 1, 1, Pass.CLOSED),
        (ACCOUNT.most + 1, PAIR, 1, 1, Pass.PROOF),  # from elsewhere nobody shuts the owner out
        (1, 1, ADDRESS.most + 1, 1, Pass.CLOSED),
        (1, 1, 1, BLOCK.most + 1, Pass.CLOSED),
        (ACCOUNT.most + 1, 1, ADDRESS.most + 1, 1, Pass.CLOSED),
    ],
)
def test_who_asks_too_much_proves_first_and_waits_later(
    account: int, pair: int, address: int, block: int, needed: Pass
) -> None:
    assert rules.pass_needed(account=account, pair=pair, address=address, block=block) is needed


def test_a_key_is_chosen_within_fifteen_minutes_of_the_click() -> None:
    limit = timedelta(minutes=15)
    assert rules.may_choose(opened_at=NOW, now=NOW + limit - timedelta(milliseconds=1))
    assert not rules.may_choose(opened_at=NOW, now=NOW + limit)
