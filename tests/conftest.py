import os
from pathlib import Path

# Before Django reads its settings: the suite has its own data, apart from the demo's.
os.environ.setdefault("AFILIA_DEMO", "1")
os.environ.setdefault("AFILIA_DATA_DIR", str(Path(__file__).parent.parent / ".data" / "test"))
