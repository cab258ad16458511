"""The counters of the days, which are their locks too."""

from collections.abc import Mapping
from datetime import date

from django.db import connection

Key = tuple[int, date]  # of an agenda and a day

# Takes the rows in one order, so that two never wait for each other, and until the transaction ends.
COUNT = """
WITH change AS MATERIALIZED (
    SELECT *
    FROM unnest(%(agendas)s::bigint[], %(days)s::date[], %(more)s::int[]) AS given (agenda, "on", more)
)
INSERT INTO appointments_agendaday AS day (agenda_id, "on", taken, uneven)
SELECT agenda, "on", greatest(more, 0), false
FROM change
ORDER BY agenda, "on"
ON CONFLICT (agenda_id, "on") DO UPDATE SET taken = day.taken + (
    SELECT more FROM change WHERE change.agenda = day.agenda_id AND change."on" = day."on"
)
"""


def count(changes: Mapping[Key, int]) -> None:
    """Count so many more places as taken, and lock these days until the transaction ends; 0 only locks.

    Call it after the bookings are locked and before what is closed is read: who closes a day locks it too.
    """
    keys = sorted(changes)
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT,
            {
                "agendas": [agenda for agenda, _ in keys],
                "days": [on for _, on in keys],
                "more": [changes[key] for key in keys],
            },
        )
