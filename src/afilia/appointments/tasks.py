from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.appointments import actions


@app.task(name="appointments.empty", retry=3)
def empty(closure_id: int) -> None:
    actions.empty(closure_id=closure_id, now=timezone.now())


@app.periodic(cron="*/5 * * * *")
@app.task(name="appointments.empty-left", lock="appointments.empty-left")
def empty_left(timestamp: int) -> None:  # noqa: ARG001
    actions.empty_left(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="appointments.tend", lock="appointments.tend")
def tend(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.tend_waiting_list(now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="appointments.remind")
def remind(timestamp: int) -> None:  # noqa: ARG001
    actions.remind(now=timezone.now())


@app.periodic(cron="37 7 * * *")  # 2:37 in Guayaquil
@app.task(name="appointments.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001
    now = timezone.now()
    actions.close_days(now=now)
    actions.forget(now=now)
