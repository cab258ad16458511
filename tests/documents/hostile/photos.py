"""JPEGs that are cut, that lie about themselves, or that carry something else."""

import re
import struct
from collections.abc import Iterator

from afilia.documents.rules.files import Refusal
from tests.documents.hostile import Hostile, harmless, refused, truncated
from tests.documents.hostile.renamed import SCRIPT, zipped
from tests.documents.papers import plain_jpeg, plain_pdf

DAMAGED = Refusal.DAMAGED_IMAGE
START = b"\xff\xd8"


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def with_segment(photo: bytes, marker: int, content: bytes) -> bytes:
    return START + segment(marker, content) + photo[2:]


def with_size(photo: bytes, width: int, height: int, *, frame: int = 0xC0) -> bytes:
    """The photo saying that it has another size, and perhaps another way of being written."""
    at = re.search(rb"\xff[\xc0\xc2]\x00\x11\x08", photo).start()
    head = bytes([0xFF, frame]) + b"\x00\x11\x08" + struct.pack(">HH", height, width)
    return photo[:at] + head + photo[at + len(head) :]


def files() -> Iterator[Hostile]:
    photo = plain_jpeg(width=320, height=240)
    yield from truncated("a photo", photo, DAMAGED)
    yield refused("start of a photo", photo[:3], DAMAGED)
    yield refused("photo without its end", photo[:-2], DAMAGED)
    yield refused("head and noise", photo[:200] + bytes(range(256)) * 20, DAMAGED)
    for width, height in ((65_535, 65_535), (30_000, 30_000), (65_535, 800), (7_100, 7_100)):
        yield refused(f"bomb of {width} × {height}", with_size(photo, width, height), Refusal.TOO_MANY_PIXELS)
    for name, one in (
        ("larger than it is", with_size(photo, 3200, 2400)),
        ("arithmetic photo", with_size(photo, 320, 240, frame=0xC9)),
    ):
        yield harmless(name, one, payload=one)  # libjpeg makes a picture of it, and that is kept
    yield refused("no width", with_size(photo, 0, 240), DAMAGED)
    yield refused("no height", with_size(photo, 320, 0), DAMAGED)
    for name, frame in (("lossless", 0xC3), ("hierarchical", 0xC5)):
        yield refused(f"{name} photo", with_size(photo, 320, 240, frame=frame), DAMAGED)
    yield refused("segment longer than the file", START + b"\xff\xe1\xff\xff" + photo[2:40], DAMAGED)
    yield refused("segments without an end", START + segment(0xE1, b"x" * 100) * 500, DAMAGED)
    yield refused("tables that are none", START + segment(0xDB, b"\x00" * 7) + photo[200:], DAMAGED)
    for marker, where in (
        (0xFE, "comment"),
        (0xE1, "exif"),
        (0xE2, "profile"),
        (0xED, "iptc"),
        (0xEF, "app 15"),
    ):
        for payload in (SCRIPT, b"<?php system($_GET[0]); ?>"):
            yield harmless(
                f"{payload[:6]!r} in the {where}", with_segment(photo, marker, payload), payload=payload
            )
    for name, payload in (
        ("page", b"<html>" + SCRIPT),
        ("archive", zipped("virus.exe", b"MZ" * 50)),
        ("program", b"MZ\x90\x00" + b"\x01" * 500),
        ("pdf", plain_pdf()),
        ("other photo", plain_jpeg(width=33, height=33)),
    ):
        yield harmless(f"{name} after a photo", photo + payload, payload=payload)
    yield refused("page before a photo", b"<html>" + SCRIPT + photo, Refusal.WEB_PAGE)
    yield refused("blanks before a photo", b"\r\n\r\n" + photo, Refusal.UNKNOWN_TYPE)
    yield harmless(
        "where it was taken", with_segment(photo, 0xE1, b"Exif\0\0garbage -0.18,-78.46"), payload=b"-78.46"
    )
