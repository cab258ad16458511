from collections.abc import Iterator
from typing import Any

import pytest

from tests.notices.postbox import smtp_server
from tests.recovery.people import Browser, Holder, Mails, make_holder


@pytest.fixture
def mails(settings: Any) -> Iterator[Mails]:
    with smtp_server(settings) as postbox:
        yield Mails(postbox)


@pytest.fixture
def holder(db: None) -> Holder:
    return make_holder()


@pytest.fixture
def browser(holder: Holder, mails: Mails) -> Browser:
    return Browser(holder, mails)
