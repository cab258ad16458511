"""Offices from a CSV file: what it holds, and all that is wrong with it. docs/offices.md explains it.

Pure: text in, offices and faults out. A file is good or it is not; nothing is guessed.
"""

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from afilia.offices.provinces import PROVINCES, code_of
from afilia.offices.rules import Stretch, do_overlap

# Each column by its two names; the second is what errors call it where the file has none.
COLUMNS = {
    "codigo": "code",
    "nombre": "name",
    "provincia": "province",
    "ciudad": "city",
    "direccion": "address",
    "lunes": "monday",
    "martes": "tuesday",
    "miercoles": "wednesday",
    "jueves": "thursday",
    "viernes": "friday",
    "sabado": "saturday",
    "domingo": "sunday",
    "centro_comercial": "shopping_centre",
    "ventanillas": "counters",
    "tramites": "procedures",
    "abierta_desde": "open_from",
    "abierta_hasta": "open_to",
}
WEEKDAYS = tuple(COLUMNS)[5:12]
OPTIONAL = {*WEEKDAYS, "centro_comercial", "abierta_hasta"}  # their cells may be empty
LONGEST = {"codigo": 20, "nombre": 120, "ciudad": 80, "direccion": 200}
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # as it stands in addresses
HOURS = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")
PROCEDURE = re.compile(r"([a-z0-9-]+):(\d+)")
SEATS = re.compile(r"x(\d+)")
MOST_COUNTERS, MOST_MINUTES = 500, 480
LONGEST_NIGHT = timedelta(hours=12)  # hours past midnight that are longer were typed the wrong way round


class Fault(StrEnum):
    NOT_UTF8 = "not-utf8"
    NO_COLUMN = "no-column"
    UNKNOWN_COLUMN = "unknown-column"
    REPEATED_COLUMN = "repeated-column"
    CELLS = "wrong-number-of-cells"
    NO_OFFICE = "no-office"
    EMPTY = "empty"
    TOO_LONG = "too-long"
    CODE = "not-a-code"
    REPEATED = "repeated-code"
    PROVINCE = "unknown-province"
    HOURS = "not-hours"
    NIGHT = "night-too-long"
    OVERLAP = "hours-overlap"
    NEVER_OPEN = "never-open"
    YES_NO = "not-yes-or-no"
    COUNTERS = "not-counters"
    PROCEDURES = "not-procedures"
    UNKNOWN_PROCEDURE = "unknown-procedure"
    TWICE = "procedure-twice"
    MINUTES = "not-minutes"
    SEATS_MISSING = "seats-missing"
    TOO_MANY_SEATS = "more-seats-than-counters"
    DATE = "not-a-date"
    ENDS_BEFORE = "ends-before-it-begins"


@dataclass(frozen=True, kw_only=True)
class Found:
    """A fault: its line from 1, its column where it has one, and what stood there."""

    line: int
    column: str
    fault: Fault
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """An agenda: counters that serve the same procedures in places as long as the longest of them."""

    procedures: tuple[str, ...]
    minutes: int
    seats: int


@dataclass(frozen=True, kw_only=True)
class OfficePlan:
    """An office as the file wants it."""

    code: str
    name: str
    province: str
    city: str
    address: str
    shopping_centre: bool
    counters: int
    open_from: date
    open_to: date | None
    stretches: tuple[Stretch, ...]
    groups: tuple[Group, ...]


def read(content: bytes, *, procedures: Collection[str]) -> tuple[list[OfficePlan], list[Found]]:
    """The offices of a file, or none and all that is wrong with it.

    UTF-8, with commas or semicolons between the cells. `procedures` are the slugs that there are.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return [], [_not_text(content, error.start)]
    if "\0" in text:
        return [], [_not_text(content, content.index(b"\0"))]
    first = text.partition("\n")[0]
    rows = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    try:
        lines = [(rows.line_num, cells) for cells in rows]
    except csv.Error:  # a quotation mark without its second one makes a cell of all that follows
        return [], [Found(line=rows.line_num, column="", fault=Fault.CELLS)]
    columns, faults = _columns(lines[0][1] if lines else [])
    if faults:
        return [], faults
    plans: list[OfficePlan] = []
    seen: set[str] = set()
    for line, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        reader = _Row(line=line, procedures=procedures)
        if len(cells) != len(columns):
            reader.fault("", Fault.CELLS, str(len(cells)))
        else:
            plan = reader.plan(dict(zip(columns, map(str.strip, cells), strict=True)))
            if plan and plan.code in seen:
                reader.fault("codigo", Fault.REPEATED, plan.code)
            elif plan:
                seen.add(plan.code)
                plans.append(plan)
        faults += reader.faults
    if not plans and not faults:
        faults = [Found(line=1, column="", fault=Fault.NO_OFFICE)]
    return ([], faults) if faults else (plans, [])


def _not_text(content: bytes, at: int) -> Found:
    return Found(line=content.count(b"\n", 0, at) + 1, column="", fault=Fault.NOT_UTF8)


def _columns(cells: list[str]) -> tuple[list[str], list[Found]]:
    """The columns of the first line by their first names."""
    english = {name: column for column, name in COLUMNS.items()}
    names = [cell.strip().casefold().replace("é", "e").replace("á", "a").replace("ó", "o") for cell in cells]
    columns = [english.get(name, name) for name in names]
    faults = [
        Found(line=1, column=column, fault=Fault.UNKNOWN_COLUMN)
        for column in columns
        if column not in COLUMNS
    ]
    faults += [
        Found(line=1, column=column, fault=Fault.REPEATED_COLUMN)
        for column in COLUMNS
        if columns.count(column) > 1
    ]
    faults += [
        Found(line=1, column=column, fault=Fault.NO_COLUMN) for column in COLUMNS if column not in columns
    ]
    return columns, faults


@dataclass
class _Row:
    line: int
    procedures: Collection[str]
    faults: list[Found] = field(default_factory=list)

    def fault(self, column: str, fault: Fault, text: str = "") -> None:
        self.faults.append(Found(line=self.line, column=column, fault=fault, text=text[:60]))

    def plan(self, cells: dict[str, str]) -> OfficePlan | None:
        for column, cell in cells.items():
            if not cell and column not in OPTIONAL:
                self.fault(column, Fault.EMPTY)
            elif len(cell) > LONGEST.get(column, len(cell)):
                self.fault(column, Fault.TOO_LONG, cell)
        if self.faults:
            return None
        if not CODE.fullmatch(cells["codigo"]):
            self.fault("codigo", Fault.CODE, cells["codigo"])
        province = cells["provincia"] if cells["provincia"] in PROVINCES else code_of(cells["provincia"])
        if not province:
            self.fault("provincia", Fault.PROVINCE, cells["provincia"])
        counters = int(cells["ventanillas"]) if re.fullmatch(r"\d{1,3}", cells["ventanillas"]) else 0
        if not 1 <= counters <= MOST_COUNTERS:
            self.fault("ventanillas", Fault.COUNTERS, cells["ventanillas"])
        open_from, open_to = self._date(cells, "abierta_desde"), self._date(cells, "abierta_hasta")
        if open_from and open_to and open_to < open_from:
            self.fault("abierta_hasta", Fault.ENDS_BEFORE, cells["abierta_hasta"])
        shopping_centre = self._yes(cells["centro_comercial"])
        stretches, groups = self._stretches(cells), self._groups(cells["tramites"], counters)
        if self.faults or open_from is None:
            return None
        return OfficePlan(
            code=cells["codigo"],
            name=cells["nombre"],
            province=province,
            city=cells["ciudad"],
            address=cells["direccion"],
            shopping_centre=shopping_centre,
            counters=counters,
            open_from=open_from,
            open_to=open_to,
            stretches=stretches,
            groups=groups,
        )

    def _date(self, cells: dict[str, str], column: str) -> date | None:
        if not cells[column]:
            return None
        try:
            return date.fromisoformat(cells[column])
        except ValueError:
            self.fault(column, Fault.DATE, cells[column])
            return None

    def _yes(self, cell: str) -> bool:
        if cell.casefold() not in {"", "no", "si", "sí", "yes"}:
            self.fault("centro_comercial", Fault.YES_NO, cell)
        return cell.casefold() in {"si", "sí", "yes"}

    def _stretches(self, cells: dict[str, str]) -> tuple[Stretch, ...]:
        stretches = []
        for weekday, column in enumerate(WEEKDAYS):
            for text in cells[column].split():
                hours = HOURS.fullmatch(text)
                opens, closes = (_time(part) for part in hours.groups()) if hours else (None, None)
                if opens is None or closes is None:
                    self.fault(column, Fault.HOURS, text)
                elif _night(opens, closes) > LONGEST_NIGHT:
                    self.fault(column, Fault.NIGHT, text)
                else:
                    stretches.append(Stretch(weekday=weekday, opens=opens, closes=closes))
        if do_overlap(stretches):
            self.fault("", Fault.OVERLAP)
        if not any(cells[column] for column in WEEKDAYS):
            self.fault("lunes", Fault.NEVER_OPEN)
        return tuple(stretches)

    def _groups(self, cell: str, counters: int) -> tuple[Group, ...]:
        texts = [text.split() for text in cell.split("|")]
        groups = [
            group for text in texts if (group := self._group(text, alone=len(texts) == 1, counters=counters))
        ]
        if sum(group.seats for group in groups) > counters > 0:
            self.fault("tramites", Fault.TOO_MANY_SEATS, cell)
        named = [procedure for group in groups for procedure in group.procedures]
        for procedure in sorted({each for each in named if named.count(each) > 1}):
            self.fault("tramites", Fault.TWICE, procedure)
        return tuple(groups)

    def _group(self, words: list[str], *, alone: bool, counters: int) -> Group | None:
        before = len(self.faults)
        seats = counters if alone else 0
        found: dict[str, int] = {}
        for word in words:
            if match := SEATS.fullmatch(word):
                seats = int(match[1])
            elif match := PROCEDURE.fullmatch(word):
                found |= self._procedure(match[1], int(match[2]), found)
            else:
                self.fault("tramites", Fault.PROCEDURES, word)
        if not words:
            self.fault("tramites", Fault.PROCEDURES)
        elif found and not seats and counters:
            self.fault("tramites", Fault.SEATS_MISSING, " ".join(words))
        if len(self.faults) > before or not found:
            return None
        return Group(procedures=tuple(found), minutes=max(found.values()), seats=seats)

    def _procedure(self, slug: str, minutes: int, found: Collection[str]) -> dict[str, int]:
        if slug not in self.procedures:
            self.fault("tramites", Fault.UNKNOWN_PROCEDURE, slug)
        if not 1 <= minutes <= MOST_MINUTES:
            self.fault("tramites", Fault.MINUTES, f"{slug}:{minutes}")
        if slug in found:
            self.fault("tramites", Fault.TWICE, slug)
        return {slug: minutes}


def _time(text: str) -> time | None:
    """A time of day; 24:00 is midnight."""
    hour, minute = map(int, text.split(":"))
    return time(hour % 24, minute) if (hour < 24 and minute < 60) or (hour, minute) == (24, 0) else None


def _night(opens: time, closes: time) -> timedelta:
    """How long hours past midnight are; nothing for those of one day."""
    if closes > opens or closes == time():
        return timedelta()
    return datetime.combine(date.min + timedelta(days=1), closes) - datetime.combine(date.min, opens)
