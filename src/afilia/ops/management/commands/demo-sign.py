"""`afilia demo-sign FILE.pdf --as CEDULA`: sign a paper as one of the made-up people would."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from pyhanko.pdf_utils.misc import PdfError

from afilia.documents import signing
from afilia.identifiers.person import person_number_fault
from afilia.ops.demo import signatures
from afilia.registries.models import CivilRecord


class Command(BaseCommand):
    help = (
        "Sign a PDF electronically as the person with that cédula, to try the virtual desk of the demo. "
        "The certificate is made up, has no legal value, and only this demo believes it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.pdf")
        parser.add_argument("--as", dest="number", required=True, metavar="CEDULA", help="who signs")
        parser.add_argument("--output", type=Path, metavar="FILE", help="FILE-firmado.pdf unless given")

    def handle(
        self, *_args: object, file: Path, number: str, output: Path | None, **_options: object
    ) -> None:
        if not settings.DEMO:
            raise CommandError("Set AFILIA_DEMO=1: a made-up signature has no place in a real portal.")
        if person_number_fault(number, foreigner_prefixes=[]):
            raise CommandError(f"{number} is no cédula: its check digit does not fit.")
        output = output or file.with_name(f"{file.stem}-firmado.pdf")
        now = timezone.now()
        signatures.install(now=now)
        try:
            output.write_bytes(_signed(file.read_bytes(), number=number))
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        except (PdfError, ValueError) as error:
            raise CommandError(f"{file} is no PDF that can be signed: {error}") from error
        self.stdout.write(f"{output} is signed as {number}, with a certificate without legal value.")


def _signed(pdf: bytes, *, number: str) -> bytes:
    if not signing.is_pdf(pdf):
        raise ValueError("it does not begin as one.")
    known = CivilRecord.objects.filter(cedula=number).first()
    names = known.names if known else "PERSONA DE EJEMPLO"
    return signatures.sign(pdf, number=number, names=names, at=timezone.now())
