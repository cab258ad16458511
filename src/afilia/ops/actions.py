from datetime import datetime, timedelta
from importlib import import_module

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django import app

from afilia.access import actions as access
from afilia.batches import actions as batches
from afilia.staff import actions as staff

RETRY_FAILED = """
SELECT procrastinate_retry_job_v2(id, now(), NULL, NULL, NULL) FROM procrastinate_jobs WHERE status = 'failed'
"""
KEEP_FINISHED_JOBS = 30 * 24  # hours
KEEP_UPLOADS = timedelta(days=1)  # that no batch took: their process died while they came in


def tidy(*, now: datetime) -> None:
    """Forget what is over: jobs that finished well a month ago, sessions, sign-in tries, cut-off uploads.

    Batches that waited for UPLOAD_DAYS to be confirmed are discarded. Failed jobs run again: each does only
    what is still to be done, and by now its fault may be mended.
    """
    async_to_sync(app.job_manager.delete_old_jobs)(nb_hours=KEEP_FINISHED_JOBS)
    with connection.cursor() as cursor:
        cursor.execute(RETRY_FAILED)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    access.tidy(now=now)
    staff.tidy(now=now)
    batches.forget_uploads_cut_off(before=now - KEEP_UPLOADS)
    batches.discard_unconfirmed(before=now - timedelta(days=settings.UPLOAD_DAYS), now=now)
