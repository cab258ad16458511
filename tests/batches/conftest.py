from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from afilia.access.models import EmployerKey
from afilia.batches.models import Batch
from afilia.batches.views import batch as batch_page
from afilia.employers.models import Branch
from tests.batches.filing import record
from tests.builders import (
    make_branch,
    make_employer,
    make_employment,
    make_key,
    make_person,
    signed_in_client,
)
from tests.conftest import RunJobs


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs beside a test, so a page that waits for it would wait in vain."""
    monkeypatch.setattr(batch_page, "PATIENCE", 0.0)


class Visitor:
    """A person with a key in a browser, and the worker that does what they ask for."""

    def __init__(self, client: Client, run_jobs: RunJobs, key: EmployerKey, branch: Branch) -> None:
        self.client = signed_in_client(client, key)
        self.run_jobs = run_jobs
        self.key = key
        self.branch = branch
        self.now = timezone.localtime()

    def hire(self, count: int) -> list[str]:
        """Numbers of new workers, active since 2025 in the branch."""
        people = [make_person() for _ in range(count)]
        for person in people:
            make_employment(branch=self.branch, person=person)
        return [person.numbers.get().number for person in people]

    def record(self, novedad: str, worker: str, **fields: str) -> str:
        return record(novedad, worker, ruc=self.branch.employer.ruc, period=f"{self.now:%Y%m}", **fields)

    def send(self, *lines: str, novedad: str = "MSU", name: str = "nomina.txt") -> Batch:
        """Upload lines and have them planned."""
        response = self.post_file(
            "".join(f"{line}\r\n" for line in lines).encode(), novedad=novedad, name=name
        )
        assert response.status_code == 302, response.content.decode()
        self.run_jobs()
        return self.batch_at(response["Location"])

    def post_file(self, content: bytes, *, novedad: str = "MSU", name: str = "nomina.txt"):
        file = BytesIO(content)
        file.name = name
        return self.client.post("/empleadores/batch/cargar/", {"novedad": novedad, "file": file})

    def batch_at(self, address: str) -> Batch:
        return Batch.objects.get(pk=address.rstrip("/").rpartition("/")[2])

    def address(self, batch: Batch, page: str = "") -> str:
        return f"/empleadores/batch/{batch.pk}/{page}"

    def read(self, batch: Batch, page: str = "", /, **query: str) -> str:
        response = self.client.get(self.address(batch, page), query)
        assert response.status_code == 200
        return response.content.decode()

    def confirm(self, batch: Batch, **fields: str):
        return self.client.post(
            self.address(batch), {"mode": "good", "plan": batch.summary["digest"], **fields}
        )

    def register(self, batch: Batch, **fields: str) -> Batch:
        """Confirm a planned batch and have it registered, with its receipt."""
        response = self.confirm(batch, **fields)
        assert response.status_code == 302, response.content.decode()
        self.run_jobs()
        return Batch.objects.get(pk=batch.pk)


MakeVisitor = Callable[..., Visitor]


@pytest.fixture
def make_visitor(run_jobs: RunJobs) -> MakeVisitor:
    def make(branch: Branch | None = None, *, branches: tuple[Branch, ...] = ()) -> Visitor:
        branch = branch or make_branch(make_employer())
        key = make_key(branch.employer, branches=branches)
        return Visitor(Client(), run_jobs, key, branch)

    return make


@pytest.fixture
def visitor(make_visitor: MakeVisitor) -> Visitor:
    return make_visitor()
