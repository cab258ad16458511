"""How the sandbox speaks: a frame is two lengths, a JSON object and bytes."""

import json
import struct
from collections.abc import Callable
from typing import Any

HEAD = struct.Struct(">II")

Frame = tuple[dict[str, Any], bytes]


def packed(meta: dict[str, Any], content: bytes) -> bytes:
    head = json.dumps(meta).encode()
    return HEAD.pack(len(head), len(content)) + head + content


def read(take: Callable[[int], bytes], *, most: int) -> Frame | None:
    """The next frame from a function that gives exactly so many bytes, or fewer at the end; None at the end.

    Raises ValueError for one that is cut or longer than `most` bytes.
    """
    head = take(HEAD.size)
    if not head:
        return None
    if len(head) < HEAD.size:
        raise ValueError("cut")
    sizes = HEAD.unpack(head)
    if sum(sizes) > most:
        raise ValueError("too long")
    meta, content = (take(size) if size else b"" for size in sizes)
    if len(meta) + len(content) < sum(sizes):
        raise ValueError("cut")
    return json.loads(meta), content
