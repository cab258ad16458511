"""Where an employer's list and the labour history do not agree.

`listed` are rows as `values.read` gives them; `registered` are employments (`number`, `names`, `branch`,
`entered_on`, `left_on`, `pay`) that began by the end of the month, also those that ended long ago.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from afilia.novedades.rules.layouts import Effect
from afilia.payroll.rules.values import AMOUNT, Problem


class Kind(StrEnum):
    MISSING = "missing"  # in the list, never registered, or it came back
    ABSENT = "absent"  # registered as active, not in the list
    EXIT_DAY = "exit-day"  # the list says another last day
    PAY = "pay"
    ENTRY_DAY = "entry-day"
    ENDED = "ended"  # in the list, with an exit on record
    BRANCH = "branch"  # registered in another one


# The novedad that closes a difference; the others are for a person to decide.
CLOSING = {
    Kind.MISSING: Effect.ENTRY,
    Kind.ABSENT: Effect.EXIT,
    Kind.EXIT_DAY: Effect.EXIT,
    Kind.PAY: Effect.PAY,
}
ORDER = tuple(kind.value for kind in Kind)

DIFFERENCE: dict[str, pl.DataType | type[pl.DataType]] = {
    "kind": pl.String,
    "line": pl.UInt32,  # of the list; null for who is not in it
    "number": pl.String,
    "names": pl.String,  # as registered
    "branch": pl.String,  # where it is to be closed; null where the list does not say
    "registered_branch": pl.String,
    "pay": AMOUNT,  # US$, of the list
    "registered_pay": AMOUNT,
    "day": pl.Date,  # of the list: entry, or exit
    "registered_day": pl.Date,
    "cargo": pl.String,
    "actividad_sectorial": pl.String,
}


@dataclass(frozen=True, kw_only=True)
class Month:
    first: date
    last: date
    on: date  # the day on which presence counts: the last one, or today

    @classmethod
    def of(cls, first: date, *, today: date) -> "Month":
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        last = date.fromordinal(following.toordinal() - 1)
        return cls(first=first, last=last, on=min(last, today))


def compare(listed: pl.DataFrame, registered: pl.DataFrame, month: Month) -> pl.DataFrame:
    """The differences (DIFFERENCE), by kind, then by number."""
    unusable = pl.col("problem").is_in([Problem.NO_NUMBER, Problem.BAD_NUMBER, Problem.REPEATED])
    usable = listed.filter(~unusable.fill_null(value=False))
    here = (pl.col("entered_on") <= month.on) & (
        pl.col("left_on").is_null() | (pl.col("left_on") >= month.first)
    )
    # Of several employments of one worker in a branch the running one counts, then the latest.
    places = registered.sort(["left_on", "entered_on"], descending=True, nulls_last=False).with_columns(
        here.alias("here")
    )
    one = places.filter("here").unique(["number", "branch"], keep="first", maintain_order=True)
    any_place = one.unique("number", keep="first", maintain_order=True)
    earlier = (
        places.filter(~pl.col("here"))
        .unique("number", keep="first", maintain_order=True)
        .select("number", pl.col("left_on").alias("ended_on"), pl.col("names").alias("known_as"))
    )
    said = usable.rename({"pay": "said_pay", "entered_on": "said_entry", "left_on": "said_exit"})
    named = said.filter(pl.col("branch").is_not_null()).join(one, on=["number", "branch"], how="left")
    unnamed = said.filter(pl.col("branch").is_null()).drop("branch").join(any_place, on="number", how="left")
    both = pl.concat([named, unnamed.select(named.columns)])
    met = both.filter("here")
    unmet = both.filter(pl.col("here").is_null()).select(said.columns)
    other = any_place.select("number", "names", pl.col("branch").alias("registered_branch"))
    elsewhere = unmet.join(other, on="number", how="inner")
    nowhere = (
        unmet.join(other, on="number", how="anti")
        .join(earlier, on="number", how="left")
        .filter((pl.col("said_exit") >= month.first).fill_null(value=True))
    )
    left = (pl.col("ended_on") >= pl.col("said_entry")).fill_null(value=True) & pl.col(
        "ended_on"
    ).is_not_null()
    present = pl.concat(
        [met.select("number", "branch"), elsewhere.select("number", branch="registered_branch")]
    )
    working = one.filter(pl.col("left_on").is_null() | (pl.col("left_on") > month.on))
    absent = working.join(present.unique(), on=["number", "branch"], how="anti")
    # Who cannot be told from the list by a fault of its row is not said to be absent.
    absent = absent.join(
        listed.filter(pl.col("problem") == Problem.REPEATED).select("number").unique(),
        on="number",
        how="anti",
    )
    fresh = nowhere.filter(~left).with_columns(names=pl.col("known_as"))
    parts = [
        _told(Kind.MISSING, fresh, pay="said_pay", day="said_entry"),
        _told(
            Kind.ABSENT, absent, registered_branch="branch", registered_pay="pay", registered_day="entered_on"
        ),
        _told(
            Kind.EXIT_DAY,
            met.filter(pl.col("said_exit").is_not_null() & pl.col("said_exit").ne_missing(pl.col("left_on"))),
            registered_branch="branch",
            day="said_exit",
            registered_day="left_on",
        ),
        _told(
            Kind.PAY,
            met.filter(pl.col("said_pay").is_not_null() & pl.col("said_pay").ne_missing(pl.col("pay"))),
            registered_branch="branch",
            pay="said_pay",
            registered_pay="pay",
        ),
        _told(
            Kind.ENTRY_DAY,
            met.filter(pl.col("said_entry").is_not_null() & (pl.col("said_entry") != pl.col("entered_on"))),
            registered_branch="branch",
            day="said_entry",
            registered_day="entered_on",
        ),
        _told(
            Kind.ENDED,
            nowhere.filter(left).with_columns(names=pl.col("known_as")),
            day="said_entry",
            registered_day="ended_on",
        ),
        _told(Kind.BRANCH, elsewhere, registered_branch="registered_branch"),
    ]
    order = pl.Enum(ORDER)
    return pl.concat(parts).sort(pl.col("kind").cast(order), "number", "branch")


def _told(kind: Kind, rows: pl.DataFrame, **sources: str) -> pl.DataFrame:
    """Rows as differences; what neither they nor `sources` have is null."""
    same = {"line", "number", "names", "branch", "cargo", "actividad_sectorial"}
    given = {name: name for name in same if name in rows.columns} | sources
    return rows.select(
        (
            pl.lit(kind.value)
            if name == "kind"
            else pl.col(given[name]).cast(shape)
            if name in given
            else pl.lit(None, dtype=shape)
        ).alias(name)
        for name, shape in DIFFERENCE.items()
    )
