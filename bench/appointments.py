"""Places that many want at once, as a share of the bare INSERT; and what is free in a province."""

import json
import subprocess
import sys
from dataclasses import dataclass, field

from bench.measure import Report, Took
from bench.server import Database, Server

CLIENTS, PLACES, PROCESSES = 1000, 100, 2
OFFICES, BOOKINGS = 80, 500_000
SHARE = 0.4  # of the rate of the bare INSERT, at least
AVAILABILITY_LIMIT = 30.0  # milliseconds


@dataclass
class Measured:
    """Seconds in which all clients were served, one a round; milliseconds of the queries."""

    bare: Took = field(default_factory=Took)
    race: Took = field(default_factory=Took)
    bare_open: Took = field(default_factory=Took)
    race_open: Took = field(default_factory=Took)
    days: float = 0.0
    following: float = 0.0
    bookings: int = 0


def measure(server: Server, *, clients: int, bookings: int, rounds: int) -> Measured:
    measured, empty = Measured(), server.database()
    for _ in range(rounds):
        for kept, bare, booking in (
            ("", measured.bare, measured.race),
            ("-open", measured.bare_open, measured.race_open),
        ):
            database = server.database(template=empty)
            agenda = database.run("bench.booking", "office").strip()
            server.settle()
            for what, took in (("bare", bare), ("race", booking)):
                took.seconds.append(_race(database, what + kept, agenda, clients=clients))
            _check(database, agenda, clients=clients)
            server.drop(database)
    database = server.database(template=empty)
    measured.bookings = int(database.run("bench.booking", "fill", str(OFFICES), str(bookings)))
    server.settle()
    said = json.loads(database.run("bench.booking", "availability"))
    if (said["offices"], measured.bookings) != (OFFICES, bookings):
        raise AssertionError(f"the table is not as it should be: {said}, {measured.bookings} bookings")
    measured.days, measured.following = (1000 * said["seconds"][name] for name in ("days", "next"))
    for used in (database, empty):
        server.drop(used)
    return measured


def _race(database: Database, what: str, agenda: str, *, clients: int) -> float:
    """Seconds from the moment at which all clients begin to the last answer; who is told what is checked."""
    share = clients // PROCESSES
    running = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "bench.booking", what, agenda),
                *(str(share * number), str(share * (number + 1))),
            ],
            env=database.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    for process in running:
        assert process.stdout
        if process.stdout.readline() != "ready\n":
            raise AssertionError(f"the clients of {what} did not begin")
    for process in running:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [json.loads(process.communicate()[0]) for process in running]
    told: dict[str, int] = {}
    for each in said:
        for answer, times in each["told"].items():
            told[answer] = told.get(answer, 0) + times
    places = min(PLACES, clients)
    if told != {"booked": places} | ({"taken": clients - places} if clients > places else {}):
        raise AssertionError(f"{what}: {told}")
    return max(each["ended"] for each in said) - min(each["began"] for each in said)


def _check(database: Database, agenda: str, *, clients: int) -> None:
    """What the people were told is what the tables hold, and no two waited for each other."""
    with database.connect() as connection:
        (row,) = connection.execute(
            """SELECT
                (SELECT count(DISTINCT (starts_at, seat)) FROM appointments_appointment
                    WHERE agenda_id = %(agenda)s AND state = 'confirmed'),
                (SELECT count(*) FROM appointments_appointment
                    WHERE agenda_id = %(agenda)s AND state <> 'confirmed'),
                (SELECT sum(taken) FROM appointments_agendaday WHERE agenda_id = %(agenda)s),
                (SELECT count(DISTINCT "to") FROM notices_message m
                    JOIN appointments_appointment a ON a.email = m.to AND a.agenda_id = %(agenda)s),
                (SELECT deadlocks FROM pg_stat_database WHERE datname = current_database())""",
            {"agenda": agenda},
        ).fetchall()
    places = min(PLACES, clients)
    if row != (places, 0, places, places, 0):
        raise AssertionError(f"the tables hold {row}")


def report(report: Report, measured: Measured, *, clients: int) -> None:
    told = f"{clients:,} clients, {PLACES} places"
    for name, bare, booking, limit in (
        (told, measured.bare, measured.race, 1 / SHARE),
        (f"{told}, open connections", measured.bare_open, measured.race_open, None),
    ):
        report.add(f"bare INSERT, {name}", clients / bare.median, unit="a second")
        report.add(
            f"booking, {name}",
            clients / booking.median,
            unit="a second",
            factor=booking.median / bare.median,
            of="slower",
            limit=limit,
        )
    report.add(
        f"free days of a province, {measured.bookings:,} bookings",
        measured.days,
        unit="ms",
        limit=AVAILABILITY_LIMIT,
    )
    report.add("next free place of a province and its neighbours", measured.following, unit="ms")
