from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils.html import escape
from procrastinate.contrib.django import app as queue

from afilia.site import privacy

# Tables in which nothing is of a person: places, calendars, counts, the state of our own work.
OF_NOBODY = {
    "help.Entry",
    *("offices.Office", "offices.OfficeHours", "offices.Agenda", "offices.Closure", "workers.CodeSeries"),
    *("documents.TrustRoot", "registries.SriLoad", "appointments.AgendaDay", "attendance.OfficeDay"),
    *("attendance.OpenCounter", "attendance.DayFigure", "batches.Progress", "transparency.MonthlyFact"),
    *("transparency.Build", "transparency.Attempt"),
    # Of the parts that we use: kinds of tables, and jobs, whose arguments are numbers of rows alone.
    "contenttypes.ContentType",
    *(f"procrastinate.Procrastinate{name}" for name in ("Job", "Event", "Worker", "PeriodicDefer")),
}


def all_tables() -> set[str]:
    return {model._meta.label for model in apps.get_models()}


def told() -> set[str]:
    return {model for one in privacy.data()["kept"] for model in one["models"]}


def test_the_page_tells_of_every_table_that_holds_somebody() -> None:
    assert told() | OF_NOBODY == all_tables()
    assert not told() & OF_NOBODY


def test_what_is_forgotten_is_forgotten_by_a_job_that_runs_by_itself() -> None:
    jobs = {periodic.task.name for periodic in queue.periodic_registry.periodic_tasks.values()}
    for one in privacy.data()["kept"]:
        assert ("jobs" in one) == ("period" in one) == ("since" in one), one["what"]["es"]
        assert set(one.get("jobs", [])) <= jobs


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_says_what_the_portal_itself_keeps_to(
    client: Client, settings: object, language: str
) -> None:
    settings.UPLOAD_DAYS = 77  # type: ignore[attr-defined]
    page = client.get("/privacidad/", headers={"accept-language": language}).content.decode()
    assert {"es": "77 días", "en": "77 days"}[language] in page
    for one in privacy.kept(language):
        assert escape(one.what) in page


@pytest.mark.parametrize(
    ("period", "days"),
    [("P2D", 2), ("PT1H", 1), ("afilia.notices.tasks.KEEP", 30), ("settings.UPLOAD_DAYS", 30)],
)
def test_a_period_is_read_from_where_the_portal_has_it(period: str, days: int) -> None:
    assert privacy.days(period) == days


@pytest.mark.parametrize("period", ["settings.NO_SUCH", "afilia.notices.tasks.NO_SUCH", "afilia.nowhere.X"])
def test_a_period_that_there_is_not_is_an_error(period: str) -> None:
    with pytest.raises((AttributeError, ImportError)):
        privacy.days(period)


def test_a_period_shorter_than_a_day_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afilia.notices.tasks.KEEP", timedelta(hours=2))
    assert privacy.days("afilia.notices.tasks.KEEP") == 1
