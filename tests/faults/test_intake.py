"""A process of the portal dies, as from kill -9, while somebody sends documents at the virtual desk."""

import signal
import subprocess
import sys

from tests.faults.plant import Plant

BEGIN = """
from tests.cases.builders import make_draft
case = make_draft(kind="domestic")
print(case.pk)
"""
PUT = """
import os, signal, sys
from django.utils import timezone
from afilia.cases import actions
from afilia.documents import actions as documents
from tests.documents.papers import plain_jpeg
case_id, moment = int(sys.argv[1]), sys.argv[2]
now = timezone.now()
prepared = documents.prepare(chunks=[plain_jpeg()], name="cedula.jpg", most=2**20, now=now)
if moment == "prepared":
    os.kill(os.getpid(), signal.SIGKILL)
if moment == "writing":
    from afilia.cases.actions import drafting
    keep = documents.keep
    def keep_and_die(**given):
        keep(**given)
        os.kill(os.getpid(), signal.SIGKILL)
    drafting.documents.keep = keep_and_die
actions.put(case_id=case_id, slot="identidad", document="cedula", prepared=prepared, now=now)
if moment == "put":
    os.kill(os.getpid(), signal.SIGKILL)
print("put")
"""
FILL = """
import sys
from django.utils import timezone
from afilia.cases.models import Case, Paper
from afilia.cases.queries import facts
from tests.cases.builders import make_received
case = Case.objects.get(pk=int(sys.argv[1]))
for slot in facts.missing(case):
    document = facts.requirement(case, slot).options[0].document.slug
    Paper.objects.create(case=case, slot=slot, document=document, file=make_received(), put_at=timezone.now())
"""
SUBMIT = """
import sys
from django.utils import timezone
from afilia.cases import actions
print(actions.submit(case_id=int(sys.argv[1]), now=timezone.now()).number)
"""
DYING_SUBMISSION = """
import os, signal, sys
from django.utils import timezone
from afilia.cases import actions
from afilia.cases.actions import drafting
record = drafting.record
def record_and_die(*args, **given):
    record(*args, **given)
    os.kill(os.getpid(), signal.SIGKILL)
drafting.record = record_and_die
actions.submit(case_id=int(sys.argv[1]), now=timezone.now())
"""
SLOTS = "SELECT slot FROM cases_paper WHERE case_id = %s"


def killed(plant: Plant, code: str, *arguments: str) -> None:
    """Run code in a process of the plant that must end by SIGKILL."""
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\n" + code, *arguments],
        env={**plant.environment, "DJANGO_SETTINGS_MODULE": "afilia.config.settings"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


def test_a_crash_at_any_moment_between_upload_and_submission_loses_nothing(plant: Plant) -> None:
    case_id = plant.python(BEGIN).strip()
    for moment in ("prepared", "writing"):  # nothing was said to be kept, and nothing is half there
        killed(plant, PUT, case_id, moment)
        assert plant.rows(SLOTS, [case_id]) == []
        assert plant.rows("SELECT count(*) FROM documents_receivedfile") == [(0,)]
    killed(plant, PUT, case_id, "put")  # kept, whether the answer arrived or not
    assert plant.rows(SLOTS, [case_id]) == [("identidad",)]
    (sha256,) = plant.rows("SELECT sha256 FROM documents_receivedfile")[0]
    assert list(plant.data.rglob(f"*{sha256}*")), "the bytes are on the disk"
    assert plant.python(PUT, case_id, "again").strip() == "put"  # sent again, it is there once
    assert plant.rows(SLOTS, [case_id]) == [("identidad",)]

    number = "SELECT number FROM cases_case WHERE id = %s"
    submitted = "SELECT count(*) FROM audit_entry WHERE event = 'case.submitted'"
    plant.python(FILL, case_id)
    killed(plant, DYING_SUBMISSION, case_id)
    assert plant.rows(number, [case_id]) == [(None,)]
    assert plant.rows(submitted) == [(0,)]
    assert plant.python(SUBMIT, case_id).strip() == plant.rows(number, [case_id])[0][0]
    assert plant.rows(submitted) == [(1,)]
    assert plant.python(SUBMIT, case_id).strip() == plant.rows(number, [case_id])[0][0]
    assert plant.rows(submitted) == [(1,)]
    plant.command("audit-verify")
