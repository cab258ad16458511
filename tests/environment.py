"""The environment of the suite: its own data, apart from the demo's.

A plugin that pyproject.toml names, because pytest-django reads the settings before any conftest.
"""

import os
import tempfile
from hashlib import sha256
from pathlib import Path

from hypothesis import settings

os.environ.setdefault("AFILIA_DEMO", "1")
os.environ.setdefault("AFILIA_DATA_DIR", str(Path(__file__).parent.parent / ".data" / "test"))
os.environ.setdefault("AFILIA_LOG_LEVEL", "WARNING")

# Each session of pytest closes its root of temporary folders to other users, and with it the database servers
# that an earlier session runs there: for root they are another user's. So data of their own have a root too.
name = f"afilia-{sha256(os.environ['AFILIA_DATA_DIR'].encode()).hexdigest()[:8]}"
os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(Path(tempfile.gettempdir(), name)))
Path(os.environ["PYTEST_DEBUG_TEMPROOT"]).mkdir(parents=True, exist_ok=True)

# How long an example takes is the machine's affair.
settings.register_profile("afilia", deadline=None)
settings.load_profile("afilia")
