"""Harmless documents as people send them: a photo from a telephone, a PDF from a scanner."""

import io

import pikepdf
from PIL import ExifTags, Image, ImageDraw

MOST = 1024 * 1024  # bytes


def plain_pdf(*, pages: int = 1, text: str = "Solicitud de prueba") -> bytes:
    """A PDF of A4 pages with a line of text each."""
    document = pikepdf.new()
    for number in range(1, pages + 1):
        page = document.add_blank_page(page_size=(595, 842))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        line = f"BT /F1 18 Tf 72 740 Td ({text} {number}) Tj ET"
        page.obj.Contents = document.make_stream(line.encode("latin-1"))
    document.docinfo["/Author"] = "Autora de prueba"
    return saved(document)


def scanned_pdf(photo: bytes, *, width: int = 640, height: int = 480) -> bytes:
    """A PDF of one page that is a photo, as telephones make them."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(width, height))
    stream = document.make_stream(b"")
    stream.write(photo, filter=pikepdf.Name.DCTDecode)
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    stream.Width, stream.Height = width, height
    stream.ColorSpace, stream.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=stream))
    page.obj.Contents = document.make_stream(f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode())
    return saved(document)


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    output = io.BytesIO()
    document.save(output, deterministic_id="encryption" not in options, **options)
    return output.getvalue()


def picture(*, width: int = 640, height: int = 480) -> Image.Image:
    """A white page, higher in the left upper corner than anywhere else."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(180, 20, 20))
    for line in range(height // 2, height, 24):
        draw.line((10, line, width - 10, line), fill=(20, 20, 20), width=3)
    return image


def plain_jpeg(
    *, width: int = 640, height: int = 480, orientation: int = 1, quality: int = 85, **options: object
) -> bytes:
    """A photo that says with which telephone it was taken, when and where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Telefono de prueba"
    exif[ExifTags.Base.DateTime] = "2026:11:20 10:00:00"
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "S", 2: (0.0, 10.0, 30.0), 3: "W", 4: (78.0, 28.0, 0.0)})
    output = io.BytesIO()
    image = picture(width=width, height=height)
    image.save(output, "JPEG", exif=exif, comment="Nota de prueba", quality=quality, **options)
    return output.getvalue()
