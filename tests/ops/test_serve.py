import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from afilia.kit import embedded
from tests.faults.plant import until
from tests.journeys import portal
from tests.journeys.portal import Portal


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "portal"


@pytest.fixture
def like(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """What the first start left: these tests are about the ones after it."""
    return portal.first_start(tmp_path_factory)


def descendants(running: Portal) -> dict[str, psutil.Process]:
    """The supervisor's own children by what they are."""
    found = {}
    for child in psutil.Process(running.process.pid).children():
        try:
            command = " ".join(child.cmdline())
        except psutil.Error:  # it ended just now
            continue
        if "granian" in command:
            found["web"] = child
        elif command.endswith("afilia work"):
            found["worker"] = child
    return found


def test_it_keeps_web_and_worker_alive_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with portal.running(tmp_path) as running:
        for name in ("web", "worker"):
            before = until(lambda name=name: descendants(running).get(name))
            its_own = before.children(recursive=True)
            before.kill()
            after = until(
                lambda name=name, before=before: (
                    (child := descendants(running).get(name)) and child.pid != before.pid and child
                )
            )
            assert after.is_running()
            assert psutil.wait_procs(its_own, timeout=10)[1] == []
        until(lambda: portal.answers(running.url("/readyz")))
        family = psutil.Process(running.process.pid).children(recursive=True)
        portal.stop(running.process)
        assert running.process.returncode == 0
    assert [process for process in family if process.is_running()] == []
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
    printed = (tmp_path / "serve.log").read_text()
    assert f"{running.base_url}/" in printed
    for key in running.keys:
        assert f"{key.number}      {key.key}" in printed


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_killed_supervisor_leaves_no_orphans(data: Path, like: Path | None) -> None:
    with portal.running(data, like=like) as running:
        until(lambda: len(descendants(running)) == 2)
        family = psutil.Process(running.process.pid).children(recursive=True)
        running.process.kill()
        running.process.wait()
        _, alive = psutil.wait_procs(family, timeout=10)
        assert alive == []
    if (server := data / "postgres").exists():  # the next start would have joined it
        embedded.start(server)
        embedded.stop(server)


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "afilia", "serve"],
            env={**os.environ, "AFILIA_DEMO": "1", "AFILIA_DATA_DIR": str(tmp_path), "PORT": str(port)},
            capture_output=True,
            check=False,
            text=True,
        )
    assert done.returncode == 1
    assert done.stderr == (
        f"CommandError: Port {port} is in use by another program. Choose another: make run PORT=8123\n"
    )


def test_sigterm_stops_it_too(data: Path, like: Path | None) -> None:
    with portal.running(data, like=like) as running:
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(10) == 0


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="an external server is started by somebody else")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_the_embedded_server_starts_again_and_the_worker_with_it(
    data: Path, like: Path | None, number: signal.Signals
) -> None:
    with portal.running(data, like=like) as running:
        worker = until(lambda: descendants(running).get("worker"))
        lock = data / "postgres" / "postmaster.pid"
        before = int(lock.read_text().splitlines()[0])
        os.kill(before, number)
        until(lambda: lock.exists() and int(lock.read_text().splitlines()[0]) != before)
        until(lambda: portal.answers(running.url("/readyz")))
        until(lambda: (child := descendants(running).get("worker")) and child.pid != worker.pid)
