"""Reads the data of this app: layouts, code lists, deadlines, amounts, texts of fields and findings."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from afilia.novedades.rules.layouts import Catalogue, CodeList, DeadlineRule, Effect, Field, Kind, Layout

LANGUAGES = ("es", "en")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")  # as findings carry a day; in a file it is written without hyphens

SayDay = Callable[[date], str]  # a day in somebody's words


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("afilia.novedades").joinpath("data", f"{name}.toml").read_text("utf-8"))


@cache
def catalogue(on: date) -> Catalogue:
    """The data valid on a day. When two layouts of a type are valid, the later one counts."""
    layouts, codes, deadlines, amounts = (
        _data(name) for name in ("layouts", "codes", "deadlines", "amounts")
    )
    lists = {
        name: _code_list(name, raw)
        for name, raw in codes.items()
        if isinstance(raw, dict) and "values" in raw
    }
    head = tuple(_field(raw, lists) for raw in layouts["head"])
    return Catalogue(
        layouts={
            layout.type: layout
            for layout in sorted(
                (_layout(raw, head, lists) for raw in layouts["layout"]), key=lambda layout: layout.valid_from
            )
            if layout.valid_from <= on and (layout.valid_to is None or on <= layout.valid_to)
        },
        unpublished={raw["type"]: raw["name"] for raw in layouts["unpublished"]},
        deadlines={
            novedad: DeadlineRule(
                novedades=tuple(raw["novedades"]),
                days=raw["days"],
                base=raw["from"],
                source=deadlines["source"],
            )
            for raw in deadlines["rule"]
            if raw["valid_from"] <= on
            for novedad in raw["novedades"]
        },
        extemporaneous_after=deadlines["extemporaneous_after"],
        sbu={int(year): amount for year, amount in amounts["sbu"].items()},
        reserve_from_month=amounts["reserve_funds"]["from_month"],
    )


@cache
def effects_of_types() -> dict[str, Effect]:
    """The effect of every type that there ever was a layout of."""
    return {raw["type"]: Effect(raw["effect"]) for raw in _data("layouts")["layout"]}


@cache
def reasons() -> dict[str, dict[str, Any]]:
    """Why something filed is corrected or annulled: data/reasons.toml by slug."""
    found: dict[str, dict[str, Any]] = _data("reasons")["reason"]
    return found


def notice_form(novedad: str) -> dict[str, Any]:
    """What the form of a type does not ask: data/notices.toml."""
    found: dict[str, Any] = _data("notices").get(novedad, {})
    return found


def _code_list(name: str, raw: dict[str, Any]) -> CodeList:
    return CodeList(
        name=name,
        title=raw["title"],
        values={
            value["code"]: {language: value[language] for language in LANGUAGES} for value in raw["values"]
        },
        former=raw.get("former", {}),
        shape=raw["shape"],
        closed=raw["other"] == "error",
    )


def _field(raw: dict[str, Any], lists: dict[str, CodeList]) -> Field:
    rest = {key: value for key, value in raw.items() if key not in {"kind", "list"}}
    return Field(kind=Kind(raw["kind"]), codes=lists[raw["list"]] if "list" in raw else None, **rest)


def _layout(raw: dict[str, Any], head: tuple[Field, ...], lists: dict[str, CodeList]) -> Layout:
    return Layout(
        type=raw["type"],
        name=raw["name"],
        summary=raw["summary"],
        effect=Effect(raw["effect"]),
        head=head,
        body=tuple(_field(field, lists) for field in raw["fields"]),
        amount=raw.get("amount"),
        subject=tuple(raw["subject"]),
        retired=raw.get("retired", False),
        several=raw.get("several", False),
        period_is_first_month=raw.get("period_is_first_month", False),
        agreeing=raw["agreeing"],
        source=raw.get("source"),
        valid_from=raw["valid_from"],
        valid_to=raw.get("valid_to"),
        sample=raw["sample"],
    )


@dataclass(frozen=True, kw_only=True)
class FindingText:
    """What people read about a finding, in one language; `{field}`, `{seen}` and `{arg}` are filled in.

    The meaning is the same for every line: what it has of the law's figures is in it already.
    """

    title: str
    meaning: str
    expected: str
    fix: str
    fix_arg: str  # the fix when the check could say exactly what to type
    severity: str
    before: str  # an example, and the same mended; lines end with LF, empty when there is none
    after: str
    case: str  # what must be so for the example to give the finding
    given: Mapping[str, str]  # field, seen and arg of an example that the check of a file cannot make

    @property
    def repeats_seen(self) -> bool:
        """Whether a sentence repeats what was seen."""
        return any("{seen}" in text for text in (self.expected, self.fix, self.fix_arg))


TEXT_PARTS = ("title", "expected", "fix", "fix_arg", "severity", "before", "after")


@cache
def finding_texts(language: str = "es") -> dict[str, FindingText]:
    """The texts of every finding code."""
    days = {"extemporaneous_after": _data("deadlines")["extemporaneous_after"]}
    return {
        code: FindingText(
            **{part: raw[language].get(part, raw.get(part, "")) for part in TEXT_PARTS},
            meaning=raw[language]["meaning"].format_map(days),
            case=raw.get("case", {}).get(language, ""),
            given=raw.get("given", {}),
        )
        for code, raw in _data("findings").items()
    }


@dataclass(frozen=True, kw_only=True)
class Source:
    text: Mapping[str, str]  # by language
    on: date


def source(name: str) -> Source:
    """Where the layouts or the codes come from."""
    raw = _data(name)
    return Source(text=raw["source"], on=raw["source_on"])


def day_terms() -> dict[str, dict[str, str]]:
    """How counted days are called: "calendar" and "working" → language → word."""
    terms: dict[str, dict[str, str]] = _data("deadlines")["terms"]
    return terms


def wording() -> dict[str, Any]:
    """What people read about fields, effects and the file: data/fields.toml as it is."""
    return _data("fields")


def explain(
    code: str, *, field: str, seen: str, arg: str, language: str = "es", say_day: SayDay = date.isoformat
) -> tuple[str, str]:
    """What was expected and what to do: two sentences for one finding.

    `arg` may hold several values separated by `|`: the texts name them {arg}, {arg2} and so on. Days in it
    are put in words by `say_day`; programs and terminals read them as ISO 8601.
    """
    text = finding_texts(language)[code]
    parts = [_say(part, language, say_day) for part in arg.split("|")]
    values = {
        "field": field,
        "seen": seen,
        "arg": parts[0],
        **{f"arg{at}": part for at, part in enumerate(parts, 1)},
    }
    fix = text.fix_arg if arg and text.fix_arg else text.fix
    return text.expected.format_map(values), fix.format_map(values)


def _say(part: str, language: str, say_day: SayDay) -> str:
    if DAY.fullmatch(part):
        return say_day(date.fromisoformat(part))
    term = day_terms().get(part)
    return term[language] if term else part
