"""Photos: opened, turned upright, and written anew without what the camera said about place and time."""

import io

from PIL import Image, ImageOps, JpegImagePlugin

from afilia.documents.examination import limits
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal

# A picture that says nothing about its tables is written with little loss.
QUALITY = 90
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
            upright = ImageOps.exif_transpose(image)
            picture = upright if upright.mode in MODES else upright.convert("RGB")
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


def _tables(image: Image.Image) -> tuple[dict[int, list[int]], int]:
    tables: dict[int, list[int]] = getattr(image, "quantization", {})
    sampling = JpegImagePlugin.get_sampling(image)
    usable = image.mode in MODES and all(max(table) <= 255 for table in tables.values())
    return (tables, sampling) if usable and sampling >= 0 else ({}, -1)


def _written(picture: Image.Image, tables: dict[int, list[int]], sampling: int) -> bytes:
    output = io.BytesIO()
    if tables and (picture.mode == "L" or sampling >= 0):
        picture.save(output, "JPEG", qtables=tables, subsampling=sampling)
    else:
        picture.save(output, "JPEG", quality=QUALITY)
    return output.getvalue()
