"""The help about findings: each explained, with an example that the checker itself judges."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from afilia.novedades.catalogue import FindingText, SayDay, catalogue, explain, finding_texts, wording
from afilia.novedades.check import BLANK, REPEATED, FileCheck
from afilia.novedades.rules.layouts import SEPARATOR, Context, Layout
from afilia.novedades.rules.marks import Severity
from afilia.novedades.rules.records import finding_codes

EXAMPLE_DAY = date(2026, 11, 21)  # on which the examples are checked
LINE_END = "\r\n"
TYPE_AT = 4  # of a record, from 0


@dataclass(frozen=True, kw_only=True)
class FindingLink:
    code: str
    title: str
    severity: str


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A field of an example line."""

    text: str
    marked: bool = False


Lines = tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, kw_only=True)
class FindingGroup:
    title: str
    findings: tuple[FindingLink, ...]


@dataclass(frozen=True, kw_only=True)
class FindingPage(FindingLink):
    meaning: str
    case: str
    before: Lines
    after: Lines
    field: str  # of the example; empty where the finding is about the line or the file
    expected: str
    fix: str
    whole_file: bool
    types: tuple[tuple[str, str], ...]  # type, name


def finding_index(language: str) -> tuple[FindingGroup, ...]:
    texts = finding_texts(language)
    return tuple(
        FindingGroup(
            title=group["title"][language],
            findings=tuple(
                FindingLink(code=code, title=text.title, severity=text.severity)
                for prefix in group["prefixes"]
                for code, text in texts.items()
                if code.split(".")[0] == prefix
            ),
        )
        for group in wording()["group"]
    )


def finding_page(
    code: str, context: Context, language: str, *, say_day: SayDay = date.isoformat
) -> FindingPage:
    """A finding explained with its example. Raises KeyError for a code that does not exist."""
    text = finding_texts(language)[code]
    given = example_finding(code)
    expected, fix = explain(code, **given, language=language, say_day=say_day)
    before, after = _compared(text, field=given["field"])
    return FindingPage(
        code=code,
        title=text.title,
        severity=text.severity,
        meaning=text.meaning,
        case=text.case,
        before=before,
        after=after,
        field=given["field"],
        expected=expected,
        fix=fix,
        whole_file=code.startswith("file."),
        types=tuple(
            (layout.type, layout.name[language])
            for layout in context.catalogue.layouts.values()
            if any(code in codes for codes in codes_by_field(layout, context).values())
        ),
    )


@cache
def example_finding(code: str) -> dict[str, str]:
    """`field`, `seen` and `arg` of the example: as the checker finds them, or as the data gives them."""
    text = finding_texts()[code]
    for row in check_example(text.before) if text.before and not text.given else ():
        if row["code"] == code:
            return {part: row[part] for part in ("field", "seen", "arg")}
    return {"field": "", "seen": "", "arg": "", **text.given}


def check_example(lines: str) -> list[dict[str, Any]]:
    """The findings of an example, as the checker gives them on EXAMPLE_DAY."""
    content = "".join(f"{line}{LINE_END}" for line in lines.split("\n")).encode()
    check = FileCheck(
        lambda: io.BytesIO(content), context=Context(catalogue=catalogue(EXAMPLE_DAY), today=EXAMPLE_DAY)
    )
    frames = [check.file_findings, *(chunk.findings for chunk in check.chunks())]
    return [row for frame in frames for row in frame.iter_rows(named=True)]


def _compared(text: FindingText, *, field: str) -> tuple[Lines, Lines]:
    """The lines of an example and of its mending, with the fields marked in which they differ.

    Where there is nothing to mend, `field` is marked.
    """
    before = [line.split(SEPARATOR) for line in text.before.split("\n")] if text.before else []
    after = [line.split(SEPARATOR) for line in text.after.split("\n")] if text.after else []
    if not after:
        layouts = catalogue(EXAMPLE_DAY).layouts
        names = [[known.name for known in layouts[line[TYPE_AT]].fields] for line in before]
        places = [{at for at, name in enumerate(row) if name == field} for row in names]
        return tuple(_pieces(line, marked=at) for line, at in zip(before, places, strict=True)), ()
    if len(before) != len(after):
        return (
            tuple(_pieces(line, marked=range(0 if line in after else len(line))) for line in before),
            tuple(_pieces(line) for line in after),
        )
    pairs = [_difference(old, new) for old, new in zip(before, after, strict=True)]
    return tuple(old for old, _ in pairs), tuple(new for _, new in pairs)


def _difference(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    marked: tuple[set[int], set[int]] = (set(), set())
    for kind, *places in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            marked[0].update(range(places[0], places[1]))
            marked[1].update(range(places[2], places[3]))
    return _pieces(old, marked=marked[0]), _pieces(new, marked=marked[1])


def _pieces(fields: Sequence[str], *, marked: Iterable[int] = ()) -> tuple[Piece, ...]:
    places = set(marked)
    return tuple(Piece(text=text, marked=at in places) for at, text in enumerate(fields))


def links(codes: Iterable[str], language: str) -> tuple[FindingLink, ...]:
    """The worst first, then in the order of the data."""
    wanted, texts, order = {*codes}, finding_texts(language), [*Severity]
    found = (
        FindingLink(code=code, title=text.title, severity=text.severity)
        for code, text in texts.items()
        if code in wanted
    )
    return tuple(sorted(found, key=lambda link: order.index(Severity(link.severity))))


def codes_by_field(layout: Layout, context: Context) -> dict[str, tuple[str, ...]]:
    """The finding codes that lines of a layout may have, by name of field; `""` is the whole line."""
    codes = finding_codes(layout, context)
    return {
        **codes,
        "": (*codes[""], BLANK.code),
        REPEATED.field: (*codes[REPEATED.field], REPEATED.code),
    }
