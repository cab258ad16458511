import pytest

from afilia.registries.circuit import Circuit


def failed(times: int, *, now: float = 100.0) -> Circuit:
    circuit = Circuit()
    for _ in range(times):
        circuit.failed(now=now)
    return circuit


@pytest.mark.parametrize(("failures", "allows"), [(0, True), (4, True), (5, False), (6, False)])
def test_five_failures_in_a_row_stop_it(failures: int, allows: bool) -> None:
    assert failed(failures).allows(now=100.0) is allows


@pytest.mark.parametrize(("now", "allows"), [(129.999, False), (130.0, True)])
def test_it_rests_exactly_thirty_seconds(now: float, allows: bool) -> None:
    assert failed(5).allows(now=now) is allows


def test_answer_in_between_starts_the_count_again() -> None:
    circuit = failed(4)
    circuit.answered()
    circuit.failed(now=100.0)
    assert circuit.allows(now=100.0)


def test_first_failure_after_the_rest_stops_it_again() -> None:
    circuit = failed(5)
    circuit.failed(now=130.0)
    assert not circuit.allows(now=130.0)
    circuit.answered()
    assert circuit.allows(now=160.0)
