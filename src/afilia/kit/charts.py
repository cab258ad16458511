"""Pictures of figures: static SVG without scripts or styles; `site/assets/_charts.scss` paints it.

A picture stands beside the table of what it shows, and never alone.
"""

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from django.utils.formats import date_format, localize
from django.utils.safestring import SafeString

Number = int | Decimal

SIZE = {"width": 640, "height": 300}  # units of the picture; the page scales it
LABEL = 20  # units: room for labels that a narrow screen makes larger
TICKS = 5
DRAWN_FOR_SCRIPTS = {"plot overlay", "plot text-overlay", "plot tooltip-overlay", "titles"}
SVG = "http://www.w3.org/2000/svg"


def bars(
    *,
    id: str,  # noqa: A002  the attribute's name
    title: str,
    about: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[int | None]],
    every: int = 1,
) -> SafeString:
    """Bars, for each label one of each series; None draws none. Every so many labels one is written.

    `title` is what the picture is called, `about` what can be seen in it; `id` is its own on the page.
    """
    chart = _pygal().Bar(x_labels_major=[*labels[::every]], **_options())
    chart.x_labels = labels
    for name, values in series.items():
        chart.add(name, values)
    return _draw(chart, id=id, title=title, about=about)


def steps(
    *,
    id: str,  # noqa: A002
    title: str,
    about: str,
    points: Sequence[tuple[date, Number]],
    until: date,
) -> SafeString:
    """A line that stays at a value until the day of the next one, the last one until `until`."""
    chart = _pygal().XY(
        **{
            **_options(),
            "margin_right": 50,
            "show_dots": False,
            "show_minor_x_labels": True,
            "range": _range(points),
        }
    )
    chart.x_value_formatter = lambda day: date_format(date.fromordinal(int(day)), "M Y")
    days = [on.toordinal() for on, _value in points]
    first, last = days[0], max(days[-1], until.toordinal())
    chart.x_labels = sorted({first, (first + last) // 2, last})
    ends = [*days[1:], last]
    values = [float(value) for _on, value in points]
    chart.add(
        "",
        [
            corner
            for day, end, value in zip(days, ends, values, strict=True)
            for corner in ((day, value), (end, value))
        ],
    )
    return _draw(chart, id=id, title=title, about=about)


def _pygal() -> Any:
    """The library, imported by who draws, without what it hangs into the imports of everybody else."""
    import pygal  # noqa: PLC0415
    import pygal.style  # noqa: PLC0415

    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != pygal.__name__]
    return pygal


def _range(points: Sequence[tuple[date, Number]]) -> tuple[float, float]:
    return 0, max(float(value) for _on, value in points) or 1


def _options() -> dict[str, Any]:
    return {
        **SIZE,
        "style": _pygal().style.Style(label_font_size=LABEL, major_label_font_size=LABEL),
        "show_legend": False,
        "explicit_size": False,
        "disable_xml_declaration": True,
        "show_minor_x_labels": False,
        "truncate_label": -1,
        "max_scale": TICKS,
        "min_scale": 2,
        "include_x_axis": True,
        "margin": 6,
        "value_formatter": _written,
    }


def _written(value: float) -> str:
    return str(localize(int(value) if value == int(value) else round(value, 2)))


def _draw(chart: Any, *, id: str, title: str, about: str) -> SafeString:  # noqa: A002
    drawn: str = chart.render(is_unicode=True)
    root = ET.fromstring(drawn.replace(f' xmlns="{SVG}"', "", 1))  # noqa: S314  pygal wrote it
    _strip(root)
    for place, (tag, text) in enumerate({"title": title, "desc": about}.items()):
        part = ET.Element(tag, {"id": f"{id}-{tag}"})
        part.text = text
        root.insert(place, part)
    box = root.attrib["viewBox"]
    root.attrib.clear()
    root.attrib.update(
        {"class": "app-chart", "viewBox": box, "role": "img", "aria-labelledby": f"{id}-title {id}-desc"}
    )
    return SafeString(ET.tostring(root, encoding="unicode"))


def _strip(element: ET.Element) -> None:
    """Take out all that is for scripts, that styles itself, or that is said twice."""
    element.attrib.pop("style", None)
    for part in list(element):
        if (
            part.tag in {"defs", "title", "desc"}
            or part.get("class") in DRAWN_FOR_SCRIPTS
            or part.get("class") == "background"
        ):
            element.remove(part)
        else:
            _strip(part)
