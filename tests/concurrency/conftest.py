from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

Together = Callable[..., list[object]]


@pytest.fixture
def together(transactional_db: None) -> Together:
    """Run functions in threads of their own that start at the same moment; their results in order.

    An exception is a result too; threads that did not start or end in minutes fail the test.
    """

    def run(*functions: Callable[[], object]) -> list[object]:
        results: list[object] = [None] * len(functions)
        barrier = Barrier(len(functions))

        def call(at: int, function: Callable[[], object]) -> None:
            try:
                connection.ensure_connection()
                barrier.wait(60)
                results[at] = function()
            except Exception as error:  # noqa: BLE001  the test judges it
                results[at] = error
            finally:
                connection.close()

        threads = [Thread(target=call, args=pair) for pair in enumerate(functions)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        assert not barrier.broken
        assert not any(thread.is_alive() for thread in threads)
        return results

    return run
