import contextlib
import errno
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

import afilia
from afilia.kit import embedded
from afilia.ops import demo
from afilia.ops.demo import accountants, staff, whole
from afilia.ops.supervisor import Child, Supervisor

MIGRATING = 7_330_002  # advisory lock: several machines may start at once
ASSETS = Path(afilia.__file__).parent / "site" / "static" / "site" / "build"


class Command(BaseCommand):
    help = "Start everything: the embedded database if there is no other, web and worker."
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        if not settings.DEMO:
            self.check()
        supervisor = Supervisor(self._children(), tend=_keep_database)
        supervisor.listen()
        _refuse_taken_port()
        _migrate()
        if not ASSETS.exists():
            call_command("build", verbosity=0)
        officials: list[staff.Official] = []
        has_accountant = False
        if settings.DEMO:
            whole.load(now=timezone.now())
            officials, has_accountant = staff.present(), accountants.is_present()
        else:
            call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()
        supervisor.run(
            ready=_is_ready, announce=lambda: self._announce(officials, has_accountant=has_accountant)
        )

    def _children(self) -> list[Child]:
        # They are told the address, so that none of them starts or stops the embedded server.
        environment = {
            **os.environ,
            "DATABASE_URL": settings.DATABASE_URL,
            "DJANGO_SETTINGS_MODULE": "afilia.config.settings",
        }
        web = [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "error"),
            *("--host", settings.BIND, "--port", str(settings.PORT)),
            *("--workers", str(settings.WEB_PROCESSES), "--blocking-threads", "8"),
            *("--workers-kill-timeout", "3", "--respawn-failed-workers"),
            "afilia.config.wsgi:application",
        ]
        worker = [sys.executable, "-m", "afilia", "work"]
        return [Child("web", web, environment), Child("worker", worker, environment)]

    def _announce(self, officials: list[staff.Official], *, has_accountant: bool) -> None:
        if not settings.DEMO:
            self.stdout.write(f"Afilia: {settings.PUBLIC_URL} (port {settings.PORT})")
            return
        lines = [
            f"Afilia   http://localhost:{settings.PORT}/",
            "",
            "Claves de demostración / Demo keys (personas y empresas inventadas / made up)",
            "",
            f"{'Identificación':<16}{'Clave':<22}Empleador",
        ]
        lines += [f"{key.number:<16}{key.key:<22}{key.ruc}  {key.label}" for key in demo.KEYS]
        if has_accountant:
            raw = accountants.RAW
            lines.append(f"{accountants.NUMBER:<16}{raw['key']:<22}{raw['label']}")
        if officials:
            lines += [
                "",
                f"Mesa de funcionarios / Officials' desk   http://localhost:{settings.PORT}/funcionarios/",
                f"Clave de todos / Everybody's key: {staff.KEY}. El código aparece en la página.",
                "",
                *(f"{official.email:<38}{official.label}" for official in officials),
            ]
        lines += [
            "",
            f"Archivos de muestra / Sample files: {os.path.relpath(demo.SAMPLES)}/",
            "Ctrl-C para todo / stops all of it",
        ]
        width = max(map(len, lines))
        self.stdout.write("\n".join(["", "─" * width, *lines, "─" * width, ""]))
        self.stdout.flush()


def _refuse_taken_port() -> None:
    family = socket.AF_INET6 if ":" in settings.BIND else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.BIND, settings.PORT))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {settings.PORT} is in use by another program. Choose another: make run PORT=8123"
                ) from None
            raise CommandError(
                f"Cannot listen on {settings.BIND}:{settings.PORT}: {error.strerror}."
            ) from None


def _migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        call_command("migrate", interactive=False, verbosity=0)
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def _keep_database() -> None:
    if settings.DATABASE_FOLDER and not embedded.is_running(settings.DATABASE_FOLDER):
        # What is left of a killed server may hold its memory for a moment; the next look tries again.
        with contextlib.suppress(subprocess.SubprocessError):
            embedded.start(settings.DATABASE_FOLDER)


def _is_ready() -> bool:
    host = "127.0.0.1" if settings.BIND in {"0.0.0.0", "::"} else settings.BIND  # noqa: S104
    request = urllib.request.Request(
        f"http://{host}:{settings.PORT}/livez", headers={"Host": settings.ALLOWED_HOSTS[0]}
    )
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
