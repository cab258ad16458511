import re
import sys
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from django.utils.translation import override

from afilia.kit import charts


def bars(values: list[int | None], **changes: object) -> str:
    labels = [f"2026-{month:02}" for month in range(1, len(values) + 1)]
    told = {"id": "c", "title": "Atenciones <1>", "about": "Por mes", "every": 2, **changes}
    return charts.bars(labels=labels, series={"Atenciones": values}, **told)  # type: ignore[arg-type]


def heights(svg: str) -> list[float]:
    return [float(rect.attrib["height"]) for rect in ET.fromstring(svg).iter("rect")]


def test_bars_are_as_high_as_their_values() -> None:
    one, two, none = heights(bars([100, 200, 0]))
    assert one == pytest.approx(two / 2, rel=0.001)
    assert none == 0


def test_a_value_that_there_is_not_draws_no_bar() -> None:
    assert len(heights(bars([5, None, 7]))) == 2


def test_a_picture_has_a_name_and_a_text_and_nothing_that_the_policy_of_the_page_forbids() -> None:
    svg = bars([1, 2, 3])
    root = ET.fromstring(svg)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"].split() == [root[0].attrib["id"], root[1].attrib["id"]]
    assert [root[0].text, root[1].text] == ["Atenciones <1>", "Por mes"]
    assert not re.search(r"<style|<script|style=|<!--|\son\w+=", svg)


def test_numbers_are_written_as_the_reader_writes_them() -> None:
    with override("es"):
        assert ">4.000<" in bars([4000, 4400]) or ">4 000<" in bars([4000, 4400])
    with override("en"):
        assert ">4,000<" in bars([4000, 4400])


def test_every_so_many_labels_one_is_written() -> None:
    texts = [text for text in ET.fromstring(bars([1, 2, 3, 4])).iter("text") if "2026" in (text.text or "")]
    assert [text.text for text in texts if text.get("class") == "major"] == ["2026-01", "2026-03"]


def test_a_line_stays_at_a_value_until_the_next() -> None:
    svg = charts.steps(
        id="p",
        title="Sueldo",
        about="Por mes",
        points=[(date(2025, 1, 1), Decimal("470.00")), (date(2025, 7, 1), Decimal("600.00"))],
        until=date(2026, 1, 1),
    )
    lines = [
        path.attrib["d"] for path in ET.fromstring(svg).iter("path") if "nofill" in path.get("class", "")
    ]
    corners = [tuple(float(part) for part in pair.split()) for pair in re.findall(r"[\d.]+ [\d.]+", lines[0])]
    (_, first), (turn, same), (up, high), (_, last) = corners
    assert first == same
    assert turn == up
    assert high == last < first


def test_one_value_alone_can_be_drawn() -> None:
    assert charts.steps(
        id="p", title="Sueldo", about="", points=[(date(2025, 1, 1), 470)], until=date(2025, 1, 1)
    )
    assert bars([0])
    assert bars([])


def test_whoever_draws_leaves_the_imports_of_others_alone() -> None:
    bars([1])
    assert all(hasattr(finder, "find_spec") for finder in sys.meta_path)
