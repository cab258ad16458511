"""Where the files of a comparison lie: below FILES_DIR/payroll/<id>/ the list, its rows, the differences."""

import shutil
import uuid
from pathlib import Path

from django.conf import settings

from afilia.payroll.models import Comparison


def _folder(comparison_id: uuid.UUID) -> Path:
    return Path(settings.FILES_DIR) / "payroll" / str(comparison_id)


def upload(comparison: Comparison) -> Path:
    return _folder(comparison.pk) / "upload"


def differences(comparison: Comparison) -> Path:
    return _folder(comparison.pk) / f"differences-{comparison.attempt}.parquet"


def problems(comparison: Comparison) -> Path:
    return _folder(comparison.pk) / f"problems-{comparison.attempt}.parquet"


def keep(comparison: Comparison, stored: Path) -> None:
    """Make a file that lies on the same disk the list of a comparison."""
    target = upload(comparison)
    target.parent.mkdir(parents=True, exist_ok=True)
    stored.replace(target)


def drop_other_attempts(comparison: Comparison) -> None:
    kept = {differences(comparison).name, problems(comparison).name, "upload"}
    for path in _folder(comparison.pk).iterdir():
        if path.name not in kept:
            path.unlink()


def delete(comparison_id: uuid.UUID) -> None:
    shutil.rmtree(_folder(comparison_id), ignore_errors=True)
