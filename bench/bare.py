"""Bare Django that stores files, to compare with: its usual middleware, one table, one form with its token.

A WSGI server serves `application` with the environment of bench.cases: BARE_KEEPS are the seconds that a
connection to the database is kept; with none it is Django as it comes, which connects for each request.
"""

import os

import dj_database_url
import django
from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.sessions"],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": dj_database_url.parse(
            os.environ["DATABASE_URL"], conn_max_age=int(os.environ["BARE_KEEPS"]), conn_health_checks=True
        )
    },
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    MEDIA_ROOT=os.environ["BARE_FILES"],
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402  the settings come first
from django.db import connection, models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

FORM = engines["django"].from_string('<form method="post">{% csrf_token %}<input type="file"></form>')


class Stored(models.Model):
    case = models.CharField(max_length=40)
    file = models.FileField()

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return self.case


def store(request: HttpRequest, case: str) -> HttpResponse:
    if request.method != "POST":
        return HttpResponse(FORM.render(request=request))
    Stored.objects.create(case=case, file=request.FILES["file"])
    return redirect(request.path)


def make_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Stored)


urlpatterns = [path("livez", lambda _: HttpResponse("ok")), path("<str:case>/", store)]
application = get_wsgi_application()

if __name__ == "__main__":
    make_table()
