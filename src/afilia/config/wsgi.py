import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "afilia.config.settings")
application = get_wsgi_application()
# A new connection has to learn the tables before its first answer, which costs more than the answer. The
# threads of the web server are few and stay; those of anything else close what they opened.
connections.settings["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
