from collections.abc import Sequence

from afilia.foreigners.rules.asking import Fault
from afilia.registries.contracts import Contract, Field


class RefusedError(Exception):
    """What was asked is refused; for SUT with the contract and what differs in it."""

    def __init__(
        self, fault: Fault, *, contract: Contract | None = None, differences: Sequence[Field] = ()
    ) -> None:
        super().__init__(fault)
        self.fault = fault
        self.contract = contract
        self.differences = differences
