import pytest

from afilia.cases.rules.papers import PaperFault, fault

MINE, OTHER = "2026-00000007", "2026-00000008"


@pytest.mark.parametrize(
    ("asked", "number", "kind", "found", "wrong"),
    [
        ("key-request", MINE, "key-request", MINE, None),
        ("key-request", MINE, "agreement", MINE, PaperFault.KIND),
        ("key-request", MINE, "key-request", OTHER, PaperFault.NUMBER),
        ("key-request", MINE, "", "", None),  # not known again: for an official
        ("", MINE, "agreement", OTHER, None),  # a slot that asks for none of ours
        ("key-request", "", "key-request", OTHER, None),  # an employer without a registration
    ],
    ids=range(6),
)
def test_one_of_our_papers_serves_where_it_is_asked_for(
    asked: str, number: str, kind: str, found: str, wrong: PaperFault | None
) -> None:
    assert fault(asked=asked, number=number, kind=kind, found=found) is wrong
