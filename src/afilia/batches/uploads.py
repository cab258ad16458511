"""How much a request may bring in its files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from afilia.documents import signing

FORM_BYTES = 1024 * 1024  # what the form around the files may take
NO_ROOM = "afilia.no-room"


def found_no_room(request: HttpRequest) -> bool:
    """Whether a file of the request was left out because the disk is full."""
    request.FILES  # noqa: B018  reads the body
    return NO_ROOM in request.META


class QuotaUploadHandler(TemporaryFileUploadHandler):
    """Refuses a request by its announced length, before anything of it is stored, and a file without room.

    The protection against forged requests reads the body of every POST before a view can refuse it, so the
    limit for people who are not signed in is that of the one page where they may send a file.
    """

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803  Django's signature
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> Any:
        holder = getattr(self.request, "holder", None)
        limit = settings.POLICY.max_bytes if holder else signing.MAX_BYTES
        if content_length > limit + FORM_BYTES:
            raise RequestDataTooBig("The request is larger than the person who sends it may send.")
        return super().handle_raw_input(input_data, META, content_length, boundary, encoding)

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        with self._room():
            Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(parents=True, exist_ok=True)
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        with self._room():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        with self._room():
            return super().file_complete(file_size)

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.request:
                self.request.META[NO_ROOM] = True
            raise StopUpload(connection_reset=False) from error
