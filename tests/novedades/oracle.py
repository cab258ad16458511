"""The labour history as a slow person would keep it, line by line, to compare the real plan with."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Content = tuple[Decimal | None, tuple[tuple[str, str], ...]]  # amount, other fields

AMOUNT = {"ENT": "sueldo", "MSU": "sueldo", "INS": "valor", "PRA": "valor", "SAL": None, "MND": None}
SUBJECT = {"PRA": "fecha_suscripcion", "MND": "fecha_inicio"}


@dataclass(frozen=True)
class Line:
    novedad: str
    worker: str
    branch: str
    period: int  # YYYYMM
    fields: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        return dict(self.fields)[name]

    @property
    def on(self) -> date | None:
        name = {"ENT": "fecha_ingreso", "SAL": "fecha_salida"}.get(self.novedad)
        return read(self[name]) if name else None

    @property
    def month(self) -> tuple[date, date]:
        year, month = divmod(self.period, 100)
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])

    @property
    def subject(self) -> str:
        if self.novedad in {"ENT", "SAL"}:
            return ""
        other = (
            "periodo" if self.novedad.startswith("P") and self.novedad != "PRA" else SUBJECT.get(self.novedad)
        )
        return f"{self.period} {self[other]}" if other else str(self.period)

    @property
    def amount(self) -> Decimal | None:
        name = AMOUNT.get(self.novedad, "sueldo_total")
        return Decimal(self[name]) if name else None

    @property
    def content(self) -> Content:
        name = AMOUNT.get(self.novedad, "sueldo_total")
        return self.amount, tuple(sorted((key, value) for key, value in self.fields if key != name))

    @property
    def due(self) -> date:
        if self.novedad == "ENT":
            return read(self["fecha_ingreso"]) + timedelta(days=15)
        base = {"SAL": "fecha_salida", "PRA": "fecha_suscripcion"}.get(self.novedad)
        return (read(self[base]) if base else self.month[1]) + timedelta(days=3)


@dataclass(eq=False)
class Work:
    worker: str
    branch: str
    entered: date
    left: date | None = None
    filed: dict[tuple[str, str], list[Line]] = field(default_factory=dict)

    def latest(self, kind: str, subject: str) -> Line | None:
        return (self.filed.get((kind, subject)) or [None])[-1]

    def pay(self, period: int) -> Decimal | None:
        changes = [
            (lines[-1].period, lines[-1].amount)
            for (kind, _), lines in self.filed.items()
            if kind == "MSU" and lines[-1].period <= period
        ]
        if changes:
            return max(changes)[1]
        entry = self.latest("ENT", "")
        return entry and entry.amount


@dataclass
class Expected:
    outcome: str
    codes: list[str]
    work: Work | None = None
    pay_before: Decimal | None = None


@dataclass
class History:
    branches: tuple[str, ...]
    today: date
    works: list[Work] = field(default_factory=list)

    def judge(self, line: Line) -> Expected:
        if line.branch not in self.branches:
            return Expected("rejected", sorted(["branch.unknown", *self._late(line)]))
        work, codes = {"ENT": self._entry, "SAL": self._exit}.get(line.novedad, self._during)(line)
        before = work.latest(line.novedad, line.subject) if work else None
        if work and line.novedad == "ENT" and work.entered != line.on:
            before = None
        pay_before = work.pay(line.period) if work and line.novedad == "MSU" else None
        if before:
            codes.append("novedad.registered" if before.content == line.content else "novedad.correction")
        elif line.novedad == "MSU" and pay_before == line.amount:
            codes.append("pay.same")
        if work and line.novedad.startswith(("PF", "PP")) and self._early(line):
            codes.append("reserve.too-early")
        if not before:
            codes += self._late(line)
        if {"entry.already-active", "entry.overlaps", "employment.none", "exit.before-entry"} & {*codes}:
            outcome = "rejected"
        elif not before:
            outcome = "new"
        else:
            outcome = "unchanged" if before.content == line.content else "correction"
        return Expected(outcome, sorted(codes), work, pay_before)

    def register(self, line: Line, expected: Expected) -> None:
        work = expected.work
        if line.novedad == "ENT" and expected.outcome == "new":
            assert line.on
            work = Work(line.worker, line.branch, line.on)
            self.works.append(work)
        assert work
        work.filed.setdefault((line.novedad, line.subject), []).append(line)
        if line.novedad == "SAL":
            work.left = line.on

    def active(self) -> int:
        return sum(work.left is None or work.left >= self.today for work in self.works)

    def _of(self, line: Line) -> list[Work]:
        return [work for work in self.works if (work.worker, work.branch) == (line.worker, line.branch)]

    def _entry(self, line: Line) -> tuple[Work | None, list[str]]:
        assert line.on
        elsewhere = any(
            work.worker == line.worker
            and work.branch != line.branch
            and (work.left is None or work.left >= line.on)
            for work in self.works
        )
        codes = ["entry.other-branch"] if elsewhere else []
        for work in self._of(line):
            if work.entered == line.on:
                return work, codes
        if any(work.left is None for work in self._of(line)):
            return None, [*codes, "entry.already-active"]
        if any(work.left and work.left >= line.on for work in self._of(line)):
            return None, [*codes, "entry.overlaps"]
        return None, codes

    def _exit(self, line: Line) -> tuple[Work | None, list[str]]:
        assert line.on
        works = sorted(self._of(line), key=lambda work: work.entered)
        begun = [work for work in works if work.entered <= line.on]
        if begun:
            return begun[-1], []
        return (works[-1], ["exit.before-entry"]) if works else (None, ["employment.none"])

    def _during(self, line: Line) -> tuple[Work | None, list[str]]:
        first, last = line.month
        works = [
            work
            for work in self._of(line)
            if work.entered <= last and (work.left is None or work.left >= first)
        ]
        if not works:
            return None, ["employment.none"]
        return max(works, key=lambda work: work.entered), []

    def _early(self, line: Line) -> bool:
        first = min(work.entered for work in self.works if work.worker == line.worker)
        year, month = int(line["periodo"][:4]), int(line["periodo"][5:7])
        return (year - first.year) * 12 + month - first.month < 12

    def _late(self, line: Line) -> list[str]:
        late = (self.today - line.due).days
        if late <= 0:
            return []
        return ["deadline.extemporaneous" if late > 45 else "deadline.late"]


def read(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def summary(lines: list[tuple[Line, Expected]], history: History) -> dict[str, Any]:
    """What the file as a whole would come to, before it is registered."""
    sums = {}
    for outcome in ("new", "correction"):
        meant = [(line, expected) for line, expected in lines if expected.outcome == outcome]
        sums[outcome] = {
            "before": sum((expected.pay_before or Decimal(0) for _, expected in meant), Decimal(0)),
            "after": sum((line.amount or Decimal(0) for line, _ in meant), Decimal(0)),
        }
    after = {
        outcome: sum(
            _moved(line, expected, history)
            for line, expected in lines
            if expected.outcome == outcome and line.on
        )
        for outcome in ("new", "correction")
    }
    return {
        **{
            name: sum(expected.outcome == outcome for _, expected in lines)
            for name, outcome in {
                "new": "new",
                "corrections": "correction",
                "unchanged": "unchanged",
                "rejected": "rejected",
            }.items()
        },
        "sums": sums,
        "active_before": history.active(),
        "active_after": history.active() + after["new"],
        "active_corrected": history.active() + after["new"] + after["correction"],
    }


def _moved(line: Line, expected: Expected, history: History) -> int:
    """How many more would be active today with this line alone."""
    assert line.on
    if line.novedad == "ENT":
        return int(expected.work is None and line.on <= history.today)
    was = expected.work and (expected.work.left is None or expected.work.left >= history.today)
    return int(line.on >= history.today) - int(bool(was))
