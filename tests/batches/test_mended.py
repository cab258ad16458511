"""Lines that are mended and sent again, as batches of their own."""

import pytest

from afilia.batches import actions, files
from afilia.batches.rules import State
from tests.batches.filing import Desk, employ, make_desk
from tests.builders import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def test_mended_lines_are_a_batch_of_their_own(desk: Desk) -> None:
    parent = desk.file(desk.record("MSU", employ(desk)), desk.record("MSU", "0000000000"))
    line = desk.record("MSU", employ(desk))
    mended = actions.mend(sender=desk.sender, batch=parent, lines=[line, "", "  "], now=NOW)
    assert (mended.parent, mended.state, mended.novedad) == (parent, State.RECEIVED, "MSU")
    assert mended.file_name == "MSU_corregido.txt"
    with files.open_upload(mended) as upload:
        assert upload.read().decode() == f"{line}\r\n"


def test_lines_that_are_mended_twice_belong_to_the_file_they_were_first_mended_from(desk: Desk) -> None:
    line = desk.record("MSU", employ(desk))
    first, second = (desk.plan(desk.record("MSU", f"000000000{at}")).batch for at in (1, 2))
    for parent in (first, second):
        mended = actions.mend(sender=desk.sender, batch=parent, lines=[line], now=NOW)
        assert mended.parent == first


def test_lines_sent_back_as_they_were_are_the_same_batch_and_not_its_own_child(desk: Desk) -> None:
    bad = desk.record("MSU", "0000000000")
    parent = desk.plan(bad).batch
    again = actions.mend(sender=desk.sender, batch=parent, lines=[bad], now=NOW)
    assert again.pk == parent.pk
    assert again.parent is None
