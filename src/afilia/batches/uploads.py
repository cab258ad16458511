"""How much a request may bring in its files."""

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import TemporaryFileUploadHandler

from afilia.documents import signing

FORM_BYTES = 1024 * 1024  # what the form around the files may take


class QuotaUploadHandler(TemporaryFileUploadHandler):
    """Refuses a request by its announced length, before anything of it is stored.

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
