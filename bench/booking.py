"""The clients of the benchmark of appointments: processes of the portal, told what to do and when to begin.

`python -m bench.booking office|fill|availability|bare|race|bare-open|race-open …`; the parent is
bench/appointments.py.
"""

import json
import sys
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from datetime import time as daytime
from statistics import median
from zoneinfo import ZoneInfo

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from afilia.appointments import actions, queries  # noqa: E402
from afilia.appointments.booking import Who  # noqa: E402
from afilia.appointments.rules.states import Identity, PersonKind, Reason, RefusedError  # noqa: E402
from afilia.offices.models import Agenda, Office, OfficeHours  # noqa: E402

THREADS = 10  # of each process, one connection each
PLACES, SEATS = 100, 4
PROCEDURE = "clave-patronal"
QUITO = ZoneInfo("America/Guayaquil")
WEDNESDAY = date(2027, 2, 17)
NOW = datetime(2027, 2, 16, 15, tzinfo=UTC)
SLOTS = [
    datetime.combine(WEDNESDAY, daytime(8), QUITO) + timedelta(minutes=15 * slot)
    for slot in range(PLACES // SEATS)
]
BARE = "CREATE TABLE bare (slot int, seat int, client int, PRIMARY KEY (slot, seat))"
ROUNDS = 15


def office(code: str, *, closes: int = 17) -> Agenda:
    """An office in Pichincha with SEATS counters."""
    made = Office.objects.create(
        code=code,
        name=f"Oficina {code}",
        province="17",
        city="Cayambe",
        address="Calle 1",
        counters=SEATS,
        open_from=date(2020, 1, 1),
    )
    OfficeHours.objects.bulk_create(
        OfficeHours(office=made, weekday=day, opens=daytime(8), closes=daytime(closes)) for day in range(5)
    )
    return Agenda.objects.create(office=made, procedures=[PROCEDURE], minutes=15, seats=SEATS)


def book(agenda_id: int, client: int, *, kept: bool) -> str:
    """Hold a place and confirm it, as one person does with two requests; what they are told."""
    who = Who(
        identity=Identity(kind=PersonKind.PASSPORT, number=f"B{client}", country="CO"),
        names="PRUEBA DE CARGA",
        email=f"cliente{client}@example.com",
        phone=f"09{client}",
    )
    try:
        held = actions.hold(
            agenda_id=agenda_id,
            starts_at=SLOTS[client % len(SLOTS)],
            procedure=PROCEDURE,
            who=who,
            address=f"10.{client >> 8 & 255}.{client & 255}.7",
            now=NOW,
        )
        if not kept:
            connection.close()
        actions.confirm(appointment_id=held.pk, now=NOW)
    except RefusedError as refusal:
        return refusal.reason
    return "booked"


def insert(client: int) -> str:
    """The same wish as a bare statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bare VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [client % len(SLOTS), client // len(SLOTS) % SEATS, client],
        )
        return "booked" if cursor.rowcount else str(Reason.TAKEN)


def race(what: str, agenda_id: int, clients: range) -> None:
    """Serve these clients with THREADS at once from the moment on in which a line comes in.

    Each client has a connection of its own; with "open" they share those of the threads, which stay open, as
    the web server's do.
    """
    what, _, kept = what.partition("-")
    if what == "race":
        warm = office(f"WARM-{clients.start}")  # as a server is that has served others before
        for client in (-1 - clients.start, -2 - clients.start):
            assert book(warm.pk, client, kept=True) == "booked"
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM bare")
    connection.close()
    left, told, lock = iter(clients), Counter[str](), threading.Lock()
    go = threading.Barrier(THREADS + 1)

    def serve() -> None:
        if kept:
            connection.ensure_connection()
        go.wait()
        while True:
            with lock:
                client = next(left, None)
            if client is None:
                break
            try:
                answer = book(agenda_id, client, kept=bool(kept)) if what == "race" else insert(client)
            except Exception as error:  # noqa: BLE001  the parent judges it
                answer = f"{type(error).__name__}: {error}"
            if not kept:
                connection.close()
            with lock:
                told[answer] += 1
        connection.close()

    threads = [threading.Thread(target=serve) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    while go.n_waiting < THREADS:
        time.sleep(0.01)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    go.wait()
    for thread in threads:
        thread.join()
    print(json.dumps({"began": began, "ended": time.time(), "told": told}), flush=True)


# Three quarters of the places of every day that is not over, and the rest of the bookings before today.
FILL = """
INSERT INTO appointments_appointment (
    id, kind, number, country, names, email, phone, procedure, applicant, who_comes, ruc,
    agenda_id, office_id, "on", starts_at, ends_at, seat, state, digest, code, made_at, confirmed_at
)
SELECT gen_random_uuid(), 'passport', 'F' || n, 'CO', 'PRUEBA DE CARGA', 'f' || n || '@example.com', n::text,
    %(procedure)s, '', 'employer', '',
    agenda_id, office_id, "on", starts_at, starts_at + interval '15 minutes', seat,
    CASE WHEN starts_at < %(now)s THEN 'attended' ELSE 'confirmed' END,
    sha256(n::text::bytea), 'F' || n, %(now)s, %(now)s
FROM (
    SELECT row_number() OVER (ORDER BY abs(starts_at::date - %(today)s), a.id, starts_at, seat) AS n,
        a.id AS agenda_id, a.office_id, starts_at::date AS "on",
        starts_at AT TIME ZONE 'America/Guayaquil' AS starts_at, seat
    FROM offices_agenda a,
        generate_series(%(today)s - 240, %(today)s + 60, interval '1 day') AS day,
        generate_series(0, 35) AS slot, generate_series(1, 4) AS seat,
        LATERAL (SELECT day + interval '8 hours' + slot * interval '15 minutes' AS starts_at) AS place
    WHERE extract(isodow FROM day) < 6 AND (day::date < %(today)s OR (slot + seat) %% 4 > 0)
) AS place
WHERE n <= %(bookings)s
"""
COUNT = """
INSERT INTO appointments_agendaday (agenda_id, "on", taken, uneven)
SELECT agenda_id, "on", count(*), false FROM appointments_appointment GROUP BY agenda_id, "on"
"""


def fill(offices: int, bookings: int) -> None:
    with transaction.atomic():
        for number in range(offices):
            office(f"B-{number}", closes=17 + number % 4)  # as offices in shopping centres do
        with connection.cursor() as cursor:
            facts = {"procedure": PROCEDURE, "now": NOW, "today": NOW.date(), "bookings": bookings}
            cursor.execute(FILL, facts)
            cursor.execute(COUNT)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM appointments_appointment")
        print(cursor.fetchone()[0])


def availability() -> None:
    """The seconds of each query, after one that pays for what a process does once."""
    took: dict[str, list[float]] = {"days": [], "next": []}
    for _ in range(ROUNDS + 1):
        for name, ask in (("days", queries.province_days), ("next", queries.next_free)):
            began = time.perf_counter()
            found = ask("17", PROCEDURE, now=NOW)
            took[name].append(time.perf_counter() - began)
            assert found
    days = queries.province_days("17", PROCEDURE, now=NOW)
    print(
        json.dumps(
            {
                "offices": len(days),
                "days": max(map(len, days.values())),
                "seconds": {name: median(seconds[1:]) for name, seconds in took.items()},
            }
        )
    )


def main() -> None:
    what, *numbers = sys.argv[1:]
    if what == "office":
        with connection.cursor() as cursor:
            cursor.execute(BARE)
        print(office("B-0").pk)
    elif what == "fill":
        fill(*map(int, numbers))
    elif what == "availability":
        availability()
    else:
        agenda_id, first, last = map(int, numbers)
        race(what, agenda_id, range(first, last))


if __name__ == "__main__":
    main()
