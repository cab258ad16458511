"""The connection that a thread of the web server keeps, and what happens when the database drops it."""

from tests.faults.plant import Plant

ASK_THREE_TIMES = """
from wsgiref.util import setup_testing_defaults

import psycopg
from django.conf import settings
from django.db import connection

from afilia.config.wsgi import application


def ask():
    environ = {"PATH_INFO": "/readyz", "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    told = []
    response = application(environ, lambda status, _headers: told.append(status))
    response.close()
    print(told[0], connection.connection.info.backend_pid)


ask()
ask()
with psycopg.connect(settings.DATABASE_URL) as other:
    other.execute("SELECT pg_terminate_backend(%s, 10000)", [connection.connection.info.backend_pid])
ask()
"""


def test_a_connection_is_kept_between_requests_and_one_that_was_dropped_is_not_noticed(plant: Plant) -> None:
    first, second, third = plant.python(ASK_THREE_TIMES).splitlines()
    assert first == second
    assert first.startswith("200")
    assert third.startswith("200")
    assert third != second
