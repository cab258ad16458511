import io
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pikepdf
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pytest_django import Settings

from afilia.documents import checks, made_up, signing
from afilia.documents.rendering import render_receipt
from afilia.documents.signing import Finding, Verdict, examine
from afilia.kit.environment import SettingError
from afilia.kit.secret_files import write_once
from tests.documents.builders import NOW, make_facts, make_signed, text_of


@pytest.fixture(scope="module")
def signed() -> bytes:
    return make_signed()


def signature_of(pdf: bytes) -> object:
    return PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]


def test_signature_is_valid_for_others_and_covers_the_whole_document(signed: bytes) -> None:
    signature = signature_of(signed)
    authorities = [certificate for certificate in signature.other_embedded_certs if certificate.ca]
    trust = ValidationContext(trust_roots=authorities, allow_fetching=False, moment=NOW)
    status = validate_pdf_signature(signature, trust)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.self_reported_timestamp == NOW
    assert signature.docmdp_level.name == "NO_CHANGES"


def test_signed_document_stays_accessible(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as pdf:
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.pages[0].Tabs == "/S"
        (field,) = pdf.Root.AcroForm.Fields
        assert field.TU == "Firma electrónica de la institución"
        assert int(field.F) & 2  # hidden, so that it needs no tag
    assert text_of(signed) == text_of(render_receipt(make_facts(lines=3)))


def test_what_we_signed_is_genuine(signed: bytes) -> None:
    assert examine(signed) == Finding(verdict=Verdict.GENUINE, signed_by="Afilia demo – sin valor legal")


def incremental_update(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = writer.root["/Lang"]
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


@pytest.mark.parametrize(
    "alter",
    [
        pytest.param(lambda pdf: pdf[:600] + bytes([pdf[600] ^ 1]) + pdf[601:], id="one bit of the content"),
        pytest.param(lambda pdf: pdf + b"\n", id="one byte more"),
        pytest.param(lambda pdf: pdf[:-1], id="one byte less"),
        pytest.param(lambda pdf: b"\n" + pdf, id="one byte before"),
        pytest.param(incremental_update, id="incremental update"),
        pytest.param(lambda pdf: pdf.replace(b"/ByteRange", b"/ByteRangE"), id="range renamed"),
        pytest.param(lambda pdf: pdf + pdf, id="twice"),
    ],
)
def test_altered_document_is_told_from_a_foreign_one(signed: bytes, alter: object) -> None:
    assert examine(alter(signed)).verdict is Verdict.ALTERED


def test_signature_moved_to_another_document_is_altered(signed: bytes) -> None:
    other = make_signed(employer_name="Otra Empresa de Prueba")
    own, foreign = (signing.CONTAINER.search(pdf) for pdf in (signed, other))
    moved = other[: foreign.start()] + own[0] + other[foreign.end() :]
    assert examine(moved).verdict is Verdict.ALTERED


def test_document_cut_before_its_signature_is_unknown(signed: bytes) -> None:
    assert examine(signed[: len(signed) // 2]).verdict is Verdict.NOT_OURS


def test_unsigned_receipt_is_not_ours() -> None:
    assert examine(render_receipt(make_facts(lines=1))).verdict is Verdict.NOT_OURS


def test_signature_of_somebody_else_is_not_ours(signed: bytes, settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_PKCS12 = tmp_path / "other.p12"
    foreign = make_signed()
    assert examine(foreign).verdict is Verdict.GENUINE
    assert examine(signed).verdict is Verdict.NOT_OURS


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" + b"\x00" * 2000, b"\x00" * 5000, b"no es un PDF"])
def test_other_files_are_no_pdf(content: bytes) -> None:
    assert examine(content).verdict is Verdict.NOT_PDF


def test_file_over_the_limit_is_not_looked_at(signed: bytes) -> None:
    assert examine(signed + b" " * signing.MAX_BYTES).verdict is Verdict.NOT_PDF


def test_file_full_of_our_signatures_is_altered(signed: bytes) -> None:
    container = signing.CONTAINER.search(signed)[0]
    assert examine(b"%PDF-1.7\n" + container * 1000).verdict is Verdict.ALTERED


@examples(max_examples=200, deadline=None)
@given(st.binary(max_size=2000), st.binary(max_size=2000))
def test_no_bytes_raise_or_pass(start: bytes, inside: bytes) -> None:
    certificate = signing._certificates()[0].dump()
    container = b"<" + (inside + certificate + inside).hex().encode() + b"0" * 2000 + b">"
    assert examine(start).verdict in {Verdict.NOT_PDF, Verdict.NOT_OURS}
    assert examine(b"%PDF-1.7" + start + container + start).verdict is Verdict.ALTERED


@examples(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_changed_byte_outside_the_container_is_genuine(signed: bytes, data: st.DataObject) -> None:
    container = signing.CONTAINER.search(signed)
    at = data.draw(
        st.integers(0, len(signed) - 1).filter(lambda i: not container.start() < i < container.end() - 1)
    )
    changed = bytearray(signed)
    changed[at] ^= data.draw(st.integers(1, 255))
    assert examine(bytes(changed)).verdict is not Verdict.GENUINE


def test_demo_certificate_is_made_once_and_private(settings: Settings, tmp_path: Path) -> None:
    path = settings.SIGNING_PKCS12 = tmp_path / "new" / "demo.p12"
    racers = 8
    barrier = Barrier(racers)

    def race(_: int) -> bytes:
        barrier.wait()
        write_once(path, made_up.institution("Demo", password="demo"))
        return path.read_bytes()

    with ThreadPoolExecutor(racers) as pool:
        assert len(set(pool.map(race, range(racers)))) == 1
    assert [file.name for file in path.parent.iterdir()] == ["demo.p12"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signing.check()


def test_production_names_the_variable_of_a_missing_certificate(settings: Settings, tmp_path: Path) -> None:
    settings.DEMO = False
    settings.SIGNING_PKCS12 = tmp_path / "missing.p12"
    with pytest.raises(SettingError, match=r"AFILIA_SIGNING_PKCS12 is .*missing\.p12, which cannot be read"):
        make_signed()
    assert not settings.SIGNING_PKCS12.exists()
    assert [error.id for error in checks.signing_certificate()] == ["documents.E001"]


@pytest.mark.parametrize("content", [b"", b"not a certificate"])
def test_file_that_is_no_certificate_is_named(settings: Settings, tmp_path: Path, content: bytes) -> None:
    settings.SIGNING_PKCS12 = tmp_path / "broken.p12"
    settings.SIGNING_PKCS12.write_bytes(content)
    with pytest.raises(SettingError, match="AFILIA_SIGNING_PASSWORD opens"):
        signing.check()


def test_wrong_password_is_named(settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_PKCS12 = tmp_path / "demo.p12"
    signing.check()
    settings.SIGNING_PASSWORD = "another"
    with pytest.raises(SettingError, match="AFILIA_SIGNING_PASSWORD opens"):
        signing.check()


@pytest.mark.parametrize("shift", [timedelta(days=-31), timedelta(days=4000)])
def test_certificate_that_is_not_valid_then_does_not_sign(shift: timedelta) -> None:
    with pytest.raises(SettingError, match="is valid from"):
        signing.sign(render_receipt(make_facts(lines=1)), at=NOW + shift)
