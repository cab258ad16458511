"""A page of a PDF as a picture, so that who reads it opens nothing that a stranger made."""

import io

import pypdfium2

from afilia.documents.examination import limits
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal


def picture(content: bytes, *, number: int) -> bytes:
    """The page of that number, from 1, as PNG. Raises FileRefusedError for one that cannot be drawn."""
    try:
        with pypdfium2.PdfDocument(content) as document:
            document.init_forms()  # the stamps of signatures and what is typed into forms are fields
            page = document[number - 1]
            width, height = page.get_size()
            scale = min(limits.PAGE_WIDTH / width, limits.PAGE_MOST_HEIGHT / height)
            drawn = page.render(scale=scale)
            output = io.BytesIO()
            drawn.to_pil().save(output, "PNG", compress_level=3)
            return output.getvalue()
    except (pypdfium2.PdfiumError, IndexError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise FileRefusedError(Refusal.DAMAGED_PDF) from error
