from tests.concurrency.conftest import together

__all__ = ["together"]
