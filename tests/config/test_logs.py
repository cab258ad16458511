"""What the log says of a row that the database refused."""

import logging

import pytest
from django.db import IntegrityError, transaction

from afilia.config import logs
from afilia.workers.models import IdentityNumber
from tests.builders import cedula, make_person


@pytest.mark.django_db
@pytest.mark.parametrize("readable", [True, False])
def test_the_log_holds_nothing_of_a_row_that_the_database_refused(readable: bool) -> None:
    number = cedula()
    person = make_person(number=number)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        IdentityNumber.objects.create(number=number, kind="cedula", person=person)
    assert number in str(refused.value)
    record = logging.LogRecord(
        "afilia", logging.ERROR, __file__, 1, "job failed: %s", (refused.value,), (*refused._excinfo,)
    )
    line = logs.formatter(readable=readable).format(record)
    assert "IntegrityError" in line
    assert "left out" in line
    assert number not in line
