import pytest
from django.test import Client

from afilia.access.models import EmployerKey
from afilia.employers.models import Branch
from tests.builders import make_branch, make_employer, make_key, signed_in_client


@pytest.fixture
def branch() -> Branch:
    return make_branch(make_employer())


@pytest.fixture
def key(branch: Branch) -> EmployerKey:
    return make_key(branch.employer)


@pytest.fixture
def holder(client: Client, key: EmployerKey) -> Client:
    return signed_in_client(client, key)
