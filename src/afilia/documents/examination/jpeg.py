"""Photos: opened, turned upright, and written anew without what the camera said about place and time."""

import io

from PIL import Image, ImageOps, JpegImagePlugin

from afilia.documents.examination import limits
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal

# A picture that says nothing about its tables is written with little loss.
QUALITY = 90
# Segments that say nothing about the picture itself: all of applications but JFIF and Adobe's, and comments.
NOTES = {*range(0xE1, 0xEE), 0xEF, 0xFE}
SCAN = 0xDA  # what follows is the picture
MODES = {"L", "RGB"}


def cleaned(content: bytes) -> bytes:
    """The picture alone, upright, as a new JPEG with the tables of the old one, so that no loss is seen.

    What stands beside the picture – EXIF, comments, thumbnails, colour profiles, whatever follows its end –
    is left behind. Raises FileRefusedError for one that is cut, broken or too large to open.
    """
    Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and asked before anything is decoded
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            if image.width * image.height > limits.MOST_PIXELS:
                raise FileRefusedError(Refusal.TOO_MANY_PIXELS)
            tables, sampling = _tables(image)
            image.load()
            ImageOps.exif_transpose(image, in_place=True)  # most stand upright, and are not copied
            picture = image if image.mode in MODES else image.convert("RGB")
            picture.info.clear()
            return _written(picture, tables, sampling)
    except FileRefusedError:
        raise
    except (
        OSError,
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        EOFError,
        ArithmeticError,
    ) as error:
        raise FileRefusedError(Refusal.DAMAGED_IMAGE) from error


def without_notes(content: bytes) -> bytes:
    """The same JPEG, not a bit of its picture changed, without what the camera or a person noted in it.

    What is not built as a JPEG begins is given back as it is.
    """
    kept, at = [content[:2]], 2
    while content[at : at + 1] == b"\xff" and len(content) >= at + 4:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker == SCAN:
            return b"".join([*kept, content[at:]])
        if length < 2:
            break
        if marker not in NOTES:
            kept.append(content[at : at + 2 + length])
        at += 2 + length
    return content


def _tables(image: Image.Image) -> tuple[dict[int, list[int]], int]:
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    sampling = JpegImagePlugin.get_sampling(image)
    in_colours = image.mode == "RGB" and sampling >= 0
    fits = all(max(table) <= 255 for table in tables.values())
    return (tables, sampling) if fits and (in_colours or image.mode == "L") else ({}, sampling)


def _written(picture: Image.Image, tables: dict[int, list[int]], sampling: int) -> bytes:
    output = io.BytesIO()
    if tables:
        picture.save(output, "JPEG", qtables=tables, subsampling=sampling)
    else:
        picture.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()
