"""PDFs that act, that hide something, that are cut, or that grow without end."""

import io
import zlib
from collections.abc import Callable, Iterator
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from afilia.documents.rules.files import Refusal
from tests.documents.hostile import Hostile, harmless, refused, truncated
from tests.documents.hostile.renamed import SCRIPT, zipped
from tests.documents.papers import plain_jpeg, plain_pdf, saved

DAMAGED, COMPLEX = Refusal.DAMAGED_PDF, Refusal.TOO_COMPLEX
Change = Callable[[pikepdf.Pdf], None]


def changed(change: Change, **options: object) -> bytes:
    with pikepdf.open(io.BytesIO(plain_pdf())) as document:
        change(document)
        return saved(document, **options)


def javascript() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def root(make: Callable[[], dict[str, object]] = dict) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        for name, value in make().items():
            document.Root[f"/{name}"] = value

    return change


def annotation(make: Callable[[], dict[str, object]]) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        one = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **make())
        document.pages[0].obj.Annots = Array([document.make_indirect(one)])

    return change


def action(kind: str, **entries: object) -> Change:
    return root(lambda: {"OpenAction": Dictionary(S=Name(f"/{kind}"), **entries)})


def attachment(document: pikepdf.Pdf) -> None:
    document.attachments["factura.exe"] = b"MZ\x90"


def javascript_far_down(document: pikepdf.Pdf) -> None:
    inner: object = document.make_indirect(Dictionary(Next=javascript()))
    for _ in range(20):
        inner = Array([Dictionary(A=inner)])
    document.Root.Piece = inner


def loop_of_pages(document: pikepdf.Pdf) -> None:
    document.Root.Pages.Kids.append(document.Root.Pages)


def huge_picture(document: pikepdf.Pdf) -> None:
    stream = document.make_stream(b"\x00" * 100)
    stream.Type, stream.Subtype = Name.XObject, Name.Image
    stream.Width, stream.Height = 60_000, 60_000
    stream.ColorSpace, stream.BitsPerComponent, stream.Filter = Name.DeviceGray, 8, Name.DCTDecode
    document.pages[0].obj.Resources.XObject = Dictionary(Im=stream)


@cache
def blanks() -> bytes:
    packer = zlib.compressobj(1)
    return b"".join(packer.compress(b" " * 2**20) for _ in range(96)) + packer.flush()


def bomb(*, layers: int) -> Change:
    """A page whose text comes to 96 MB of blanks."""
    content = blanks()
    for _ in range(layers - 1):
        content = zlib.compress(content, 9)

    def change(document: pikepdf.Pdf) -> None:
        stream = document.make_stream(b"")
        stream.write(content, filter=Array([Name.FlateDecode] * layers))
        document.pages[0].obj.Contents = stream

    return change


def many(number: int) -> Change:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.Many = Array([document.make_indirect(Dictionary()) for _ in range(number)])

    return change


def nested(depth: int) -> bytes:
    inner = b"[" * depth + b"]" * depth
    return plain_pdf().replace(b"/Type /Catalog", b"/Type /Catalog /Deep " + inner)


ACTING: dict[str, tuple[Change, Refusal]] = {
    "javascript when it opens": (root(lambda: {"OpenAction": javascript()}), Refusal.SCRIPT),
    "javascript when it closes": (root(lambda: {"AA": Dictionary(WC=javascript())}), Refusal.SCRIPT),
    "javascript by name": (
        root(lambda: {"Names": Dictionary(JavaScript=Dictionary(Names=Array([String("a"), javascript()])))}),
        Refusal.SCRIPT,
    ),
    "javascript on a click": (annotation(lambda: {"Subtype": Name.Link, "A": javascript()}), Refusal.SCRIPT),
    "javascript on a key": (
        annotation(lambda: {"Subtype": Name.Link, "AA": Dictionary(K=javascript())}),
        Refusal.SCRIPT,
    ),
    "javascript far down": (javascript_far_down, Refusal.SCRIPT),
    "javascript after another action": (
        root(lambda: {"OpenAction": Dictionary(S=Name.GoTo, D=Array([0]), Next=javascript())}),
        Refusal.SCRIPT,
    ),
    "program": (action("Launch", F=String("cmd.exe")), Refusal.ACTION),
    "program on a click": (
        annotation(lambda: {"Subtype": Name.Link, "A": Dictionary(S=Name.Launch, F=String("/bin/sh"))}),
        Refusal.ACTION,
    ),
    "form that is sent": (action("SubmitForm", F=String("https://example.org")), Refusal.ACTION),
    "data that are fetched": (action("ImportData", F=String("datos.fdf")), Refusal.ACTION),
    "another file": (action("GoToR", F=String("\\\\example.org\\x.pdf")), Refusal.ACTION),
    "another file within": (action("GoToE"), Refusal.EMBEDDED_FILES),
    "rendition": (action("Rendition"), Refusal.MEDIA),
    "sound": (action("Sound"), Refusal.MEDIA),
    "film": (action("Movie"), Refusal.MEDIA),
    "view in 3d": (action("GoTo3DView"), Refusal.MEDIA),
    "rich media": (annotation(lambda: {"Subtype": Name.RichMedia}), Refusal.MEDIA),
    "screen": (annotation(lambda: {"Subtype": Name.Screen}), Refusal.MEDIA),
    "object in 3d": (annotation(lambda: {"Subtype": Name("/3D")}), Refusal.MEDIA),
    "attachment": (attachment, Refusal.EMBEDDED_FILES),
    "attachment on a page": (annotation(lambda: {"Subtype": Name.FileAttachment}), Refusal.EMBEDDED_FILES),
    "associated file": (
        root(lambda: {"AF": Array([Dictionary(Type=Name.Filespec)])}),
        Refusal.EMBEDDED_FILES,
    ),
    "portfolio": (root(lambda: {"Collection": Dictionary(Type=Name.Collection)}), Refusal.EMBEDDED_FILES),
    "dynamic form": (root(lambda: {"AcroForm": Dictionary(XFA=String("<xdp/>"))}), Refusal.XFA),
}


def files() -> Iterator[Hostile]:
    plain = plain_pdf()
    yield from truncated("a pdf", plain, DAMAGED)
    yield from _acting()
    yield from _growing(plain)
    yield from _hiding(plain)
    yield refused("head of a pdf", b"%PDF-1.7\n", DAMAGED)
    yield refused("head and noise", b"%PDF-1.7\n" + bytes(range(256)) * 10, DAMAGED)
    yield refused("pdf without pages", saved(pikepdf.new()), DAMAGED)
    yield refused("table in the wrong place", plain.replace(b"startxref\n", b"startxref\n9"), DAMAGED)
    yield refused("table that follows itself", _own_predecessor(plain), DAMAGED, COMPLEX)


def _acting() -> Iterator[Hostile]:
    for name, (change, reason) in ACTING.items():
        yield refused(name, changed(change), reason)
    packed = pikepdf.ObjectStreamMode.generate
    for name in ("javascript when it opens", "javascript far down", "program", "attachment", "dynamic form"):
        change, reason = ACTING[name]
        yield refused(f"{name}, packed", changed(change, object_stream_mode=packed), reason)
    spelled = changed(ACTING["javascript when it opens"][0])
    spelled = spelled.replace(b"/JavaScript", b"/J#61vaScri#70t").replace(b"/JS", b"/J#53")
    yield refused("javascript spelled with numbers", spelled, Refusal.SCRIPT, DAMAGED)
    for name, encryption in {
        "with a password": pikepdf.Encryption(owner="b", user="a"),
        "without changes": pikepdf.Encryption(owner="b", user=""),
        "in the old way": pikepdf.Encryption(owner="b", user="", R=3, aes=False, metadata=False),
    }.items():
        yield refused(f"protected {name}", changed(root(), encryption=encryption), Refusal.ENCRYPTED)
    hidden = changed(
        ACTING["javascript when it opens"][0], encryption=pikepdf.Encryption(owner="b", user="a")
    )
    yield refused("protected javascript", hidden, Refusal.ENCRYPTED)


def _growing(plain: bytes) -> Iterator[Hostile]:
    yield refused("bomb", changed(bomb(layers=1)), COMPLEX)
    yield refused("bomb in a bomb", changed(bomb(layers=2)), COMPLEX)
    yield refused("too many filters", changed(bomb(layers=4)), COMPLEX, DAMAGED)
    yield refused("too many objects", changed(many(20_001)), COMPLEX)
    packed = pikepdf.ObjectStreamMode.generate
    yield refused("too many objects, packed", changed(many(60_000), object_stream_mode=packed), COMPLEX)
    yield refused("too deep", nested(5_000), DAMAGED, COMPLEX)
    yield refused("too many pages", plain_pdf(pages=61), Refusal.TOO_MANY_PAGES)
    yield refused("pages in a loop", changed(loop_of_pages), DAMAGED)
    yield refused("huge picture", changed(huge_picture), Refusal.TOO_MANY_PIXELS)
    counted = plain.replace(b"/Count 1", b"/Count 9")
    yield harmless("more pages counted than there are", counted, payload=b"/Count 9")


def _hiding(plain: bytes) -> Iterator[Hostile]:
    archive = zipped("virus.exe", b"MZ" * 50)
    yield refused("page before a pdf", b"<html>" + SCRIPT + plain, Refusal.WEB_PAGE)
    yield refused("archive before a pdf", archive + plain, Refusal.ARCHIVE)
    yield refused("program before a pdf", b"MZ\x90" + plain, Refusal.EXECUTABLE)
    yield refused("image before a pdf", b"GIF89a" + plain, Refusal.OTHER_IMAGE)
    yield refused("photo before a pdf", plain_jpeg(width=8, height=8)[:300] + plain, Refusal.DAMAGED_IMAGE)
    yield refused("words before a pdf", b"hola " * 30 + plain, Refusal.TWO_IN_ONE)
    for name, payload in {
        "page": b"<html>" + SCRIPT,
        "archive": archive,
        "program": b"MZ" + b"\x01" * 99,
    }.items():
        found = plain + payload
        yield Hostile(
            name=f"{name} after a pdf",
            content=found,
            payload=payload,
            harmless=True,
            refused=frozenset({DAMAGED}),
        )
    comment = plain.replace(b"%PDF-1.3\n", b"%PDF-1.3\n%<html>" + SCRIPT + b"\n", 1)
    yield refused("page in a comment of a pdf that it breaks", comment, DAMAGED)
    yield harmless("author and history", plain_pdf(), payload=b"Autora de prueba")
    yield harmless("older version within", _with_older_version(), payload=b"Sueldo secreto")


def _own_predecessor(plain: bytes) -> bytes:
    start = plain.rindex(b"startxref\n") + len(b"startxref\n")
    offset = plain[start:].split(b"\n")[0]
    return plain.replace(b"trailer <<", b"trailer << /Prev " + offset + b" ")


def _with_older_version() -> bytes:
    """A text that a later version of the file replaced: it is still within, and nobody sees it."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    with pikepdf.open(io.BytesIO(plain_pdf())) as document:
        document.pages[0].obj.Contents = document.make_stream(b"BT (Sueldo secreto) Tj ET")
        older = saved(document, compress_streams=False)
    writer = IncrementalPdfFileWriter(io.BytesIO(older))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (Nada) Tj ET"))
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()
