"""A register behind an address: asked for JSON, within a time, and left alone while it fails."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from afilia.registries.circuit import Circuit
from afilia.registries.errors import RegisterDownError

LONGEST_ANSWER = 1_000_000  # bytes
REQUESTS_AT_ONCE = 8
SECONDS_PER_STEP = 2.0  # to connect, to send, and between two pieces of an answer
TRIES = 2
# The service or a proxy before it stumbled; the next request may pass. Anything else would be said again.
PASSING = frozenset({500, 502, 503, 504})

T = TypeVar("T")


class _PassingError(Exception):
    """No answer this time, but perhaps to another try."""


@dataclass(frozen=True, kw_only=True)
class Service:
    url: str
    token: str
    circuit: Circuit

    def ask(
        self, paths: Mapping[str, str], read: Callable[[int, Any, str], T], *, deadline: float
    ) -> dict[str, T]:
        """Ask for each path until `deadline` (of the monotonic clock): question → path in, answer out.

        `read` makes an answer of status, decoded JSON and question; a ValueError, TypeError, KeyError or
        RegisterDownError of its says that it is none. Questions without an answer are left out: nothing is
        raised for a service that is down, slow or talks nonsense.
        """
        client = httpx.Client(
            base_url=self.url,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"}
            | ({"Authorization": f"Bearer {self.token}"} if self.token else {}),
            timeout=SECONDS_PER_STEP,
        )

        def answer(question: str, path: str) -> T:
            return self._ask(client, path, lambda status, said: read(status, said, question), deadline)

        pool = ThreadPoolExecutor(REQUESTS_AT_ONCE)
        futures = {pool.submit(answer, question, path): question for question, path in paths.items()}
        answered, _late = wait(futures, timeout=deadline - time.monotonic())
        # Nobody waits for a request that drips on beyond the deadline; its thread ends with the client.
        pool.shutdown(wait=False, cancel_futures=True)
        client.close()
        return {
            futures[future]: future.result()
            for future in answered
            if not isinstance(future.exception(), RegisterDownError)
        }

    def _ask(self, client: httpx.Client, path: str, read: Callable[[int, Any], T], deadline: float) -> T:
        for _try in range(TRIES):
            if time.monotonic() >= deadline or not self.circuit.allows(now=time.monotonic()):
                break
            try:
                answer = read(*_get(client, path, deadline))
            except (httpx.TransportError, _PassingError):
                self.circuit.failed(now=time.monotonic())
            except (httpx.HTTPError, ValueError, TypeError, KeyError, RecursionError, RegisterDownError):
                self.circuit.failed(now=time.monotonic())
                break
            else:
                self.circuit.answered()
                return answer
        raise RegisterDownError


def _get(client: httpx.Client, path: str, deadline: float) -> tuple[int, Any]:
    with client.stream("GET", path) as response:
        if response.status_code in PASSING:
            raise _PassingError
        if "Content-Encoding" in response.headers:
            raise RegisterDownError  # a small answer could unfold into a very large one
        body = bytearray()
        for piece in response.iter_raw():
            body += piece
            if len(body) > LONGEST_ANSWER or time.monotonic() >= deadline:
                raise RegisterDownError
        return response.status_code, json.loads(body.decode())
