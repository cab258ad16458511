"""The facts of a few lines: they go with each question, and no table is made for them."""

from collections.abc import Callable, Generator, Iterable
from functools import partial
from types import TracebackType

import polars as pl
from django.db import connection

from afilia.employers.models import Employer
from afilia.novedades.facts import STAGED, Staging, read_facts
from afilia.novedades.rules.layouts import Layout

LINES = """(SELECT part, line, branch, number, period, subject, on_date, amount, details::jsonb AS details
    FROM unnest(%(part)s::int[], %(line)s::int[], %(branch)s::text[], %(number)s::text[], %(period)s::int[],
        %(subject)s::text[], %(on_date)s::date[], %(amount)s::numeric[], %(details)s::text[])
    AS n (part, line, branch, number, period, subject, on_date, amount, details))"""
ANSWERS = """(SELECT * FROM unnest(%(asked)s::text[], %(answer)s::text[], %(names)s::text[],
    %(birth_on)s::date[], %(death_on)s::date[]) AS a (number, answer, names, birth_on, death_on))"""


class FewLines(Staging):
    def __init__(self, employer: Employer, layout: Layout, *, allowed: frozenset[str] | None) -> None:
        super().__init__(employer, layout, allowed=allowed)
        self._table, self._civil = LINES, ANSWERS
        self._given = {name: [] for name in (*STAGED, "asked", "answer", "names", "birth_on", "death_on")}

    def __enter__(self) -> "FewLines":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing was begun."""

    def add(self, parts: Iterable[pl.DataFrame]) -> None:
        for part, values in enumerate(parts):
            for column in self._stageable(part, values).get_columns():
                self._given[column.name] += column.to_list()

    def add_civil(self, answers: pl.DataFrame) -> None:
        self._given |= answers.rename({"number": "asked"}).to_dict(as_series=False)

    def facts(self) -> Generator[Callable[[], pl.DataFrame], None, None]:
        found: dict[int, str] = {}
        if self._periods:
            with connection.cursor() as cursor:
                cursor.execute(self._query, self._arguments())
                found = dict(cursor.fetchall())
        for part in range(self._parts):
            yield partial(read_facts, found.get(part, ""), self._asked)
