"""The environment of the suite: its own data, apart from the demo's.

A plugin that pyproject.toml names, because pytest-django reads the settings before any conftest.
"""

import os
from pathlib import Path

from hypothesis import settings

os.environ.setdefault("AFILIA_DEMO", "1")
os.environ.setdefault("AFILIA_DATA_DIR", str(Path(__file__).parent.parent / ".data" / "test"))
os.environ.setdefault("AFILIA_LOG_LEVEL", "WARNING")

# How long an example takes is the machine's affair.
settings.register_profile("afilia", deadline=None)
settings.load_profile("afilia")
