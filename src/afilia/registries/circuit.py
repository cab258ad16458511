"""A switch that leaves a service alone for a while after it failed several times in a row."""

from dataclasses import dataclass, field
from threading import Lock


@dataclass
class Circuit:
    """Counts the failures of one service; safe to share between threads. Times are in seconds."""

    failures_to_stop: int = 5
    rest: float = 30.0
    _failures: int = 0
    _stopped_until: float = float("-inf")
    _lock: Lock = field(default_factory=Lock, repr=False)

    def allows(self, *, now: float) -> bool:
        """Whether the service may be asked."""
        return now >= self._stopped_until

    def answered(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self, *, now: float) -> None:
        """Count a failure. After a rest the first one stops it again: no answer came in between."""
        with self._lock:
            self._failures += 1
            if self._failures >= self.failures_to_stop:
                self._stopped_until = now + self.rest
