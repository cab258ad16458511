"""Made-up employers, workers and history, and the keys that open them: only where AFILIA_DEMO is set."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from afilia.identifiers.person import cedula_check_digit

HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
DATA: dict[str, Any] = tomllib.loads((HERE / "data.toml").read_text("utf-8"))


@dataclass(frozen=True, kw_only=True)
class Key:
    number: str
    name: str
    key: str
    ruc: str
    branches: tuple[str, ...]
    label: str


def cedula(nine: str) -> str:
    return f"{nine}{cedula_check_digit(nine)}"


KEYS = tuple(
    Key(
        number=cedula(raw["nine"]),
        name=raw["name"],
        key=raw["key"],
        ruc=raw["ruc"],
        branches=tuple(raw["branches"]),
        label=raw["label"],
    )
    for raw in DATA["key"]
)
