from importlib import import_module

from asgiref.sync import async_to_sync
from django.conf import settings
from procrastinate.contrib.django import app

KEEP_FINISHED_JOBS = 30 * 24  # hours


def tidy() -> None:
    """Forget jobs that finished well a month ago, and sessions that are over. Failed jobs stay."""
    async_to_sync(app.job_manager.delete_old_jobs)(nb_hours=KEEP_FINISHED_JOBS)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
