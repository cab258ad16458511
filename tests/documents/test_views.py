import io
import zlib
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from afilia.documents import queries, signing
from afilia.documents.models import IssuedDocument
from tests.documents.builders import CODE, EMPLOYER, NUMBER, RUC, issue, make_signed

pytestmark = pytest.mark.django_db
VERIFY = "/verificar/"


@pytest.fixture(scope="module")
def signed() -> bytes:
    return make_signed()


@pytest.fixture
def document(signed: bytes, files: Path) -> IssuedDocument:
    return issue(signed)


def send(client: Client, content: bytes, name: str = "comprobante.pdf") -> tuple[int, str]:
    upload = io.BytesIO(content)
    upload.name = name
    response = client.post(VERIFY, {"file": upload})
    return response.status_code, response.content.decode()


def type_code(client: Client, code: str) -> tuple[int, str]:
    response = client.post(VERIFY, {"code": code})
    return response.status_code, response.content.decode()


def follow_qr(client: Client, code: str) -> tuple[int, str]:
    response = client.get(reverse("documents:verify-code", args=[code]))
    return response.status_code, response.content.decode()


def test_page_offers_code_and_file_to_anyone(client: Client) -> None:
    response = client.get(VERIFY)
    assert response.status_code == 200
    page = response.content.decode()
    assert 'name="code"' in page
    assert 'name="file"' in page
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("ask", [type_code, follow_qr])
def test_right_code_is_genuine(client: Client, document: IssuedDocument, ask: object) -> None:
    status, page = ask(client, CODE)
    assert status == 200
    assert "El documento es auténtico" in page
    assert NUMBER in page
    assert "Comprobante de presentación de novedades" in page
    assert "Afilia demo – sin valor legal" in page


def test_file_as_issued_is_genuine(client: Client, document: IssuedDocument, signed: bytes) -> None:
    status, page = send(client, signed)
    assert status == 200
    assert "El documento es auténtico" in page
    assert NUMBER in page


def test_answer_tells_nothing_personal(client: Client, document: IssuedDocument, signed: bytes) -> None:
    for _, page in (type_code(client, CODE), follow_qr(client, CODE), send(client, signed)):
        assert "El documento es auténtico" in page
        for personal in (EMPLOYER, RUC, "MSU", "1710034065"):
            assert personal not in page


def test_answer_is_there_in_english_too(client: Client, document: IssuedDocument) -> None:
    response = client.get(f"{VERIFY}{CODE}/", headers={"accept-language": "en"})
    assert response.status_code == 200
    assert b'lang="en"' in response.content
    assert NUMBER.encode() in response.content


@pytest.mark.parametrize(
    "code", ["ABCD-EFGH-IJKL-MNOP-QRST-UVWY", "ABCD", "x" * 99, "x" * 5000, "ñ<b>%00", "?"]
)
def test_unknown_code_gets_a_friendly_answer(client: Client, document: IssuedDocument, code: str) -> None:
    for (status, page), expected in ((type_code(client, code), 422), (follow_qr(client, code), 404)):
        assert status == expected
        assert "govuk-error-summary" in page
        assert NUMBER not in page


@pytest.mark.parametrize("code", ["", "   ", "\x00"])
def test_missing_code_is_asked_for(client: Client, code: str) -> None:
    status, page = type_code(client, code)
    assert status == 422
    assert "govuk-error-summary" in page


def test_altered_file_is_told(client: Client, document: IssuedDocument, signed: bytes) -> None:
    status, page = send(client, signed[:700] + b"\x00" + signed[701:])
    assert status == 200
    assert "El documento fue alterado" in page
    assert NUMBER not in page


def test_signed_file_that_was_not_issued_is_not_accepted(client: Client, signed: bytes) -> None:
    status, page = send(client, signed)
    assert status == 200
    assert "no consta entre los documentos emitidos" in page


def test_signature_container_changed_is_not_accepted(
    client: Client, document: IssuedDocument, signed: bytes
) -> None:
    end = signing.CONTAINER.search(signed).end()
    _, page = send(client, signed[: end - 2] + b"1" + signed[end - 1 :])
    assert "auténtico" not in page


def test_foreign_pdf_is_not_recognised(client: Client, document: IssuedDocument) -> None:
    status, page = send(client, b"%PDF-1.7\n%%EOF")
    assert status == 200
    assert "No reconocemos el documento" in page


BOMB = b"%PDF-1.7\n1 0 obj<</Length 1/Filter/FlateDecode>>stream\n" + zlib.compress(b"\x00" * 50_000_000)


@pytest.mark.parametrize(
    ("content", "status", "says"),
    [
        (b"", 422, "El archivo está vacío"),
        (b"\x00\xff" * 500, 422, "El archivo no es un PDF"),
        (b"PK\x03\x04" + b"\x00" * 3000, 422, "El archivo no es un PDF"),
        (b"%PDF-1.7" + b" " * signing.MAX_BYTES, 422, "El archivo pesa más de 10"),
        (BOMB, 200, "No reconocemos el documento"),
        (b"%PDF-" + b"<" * 1_000_000, 200, "No reconocemos el documento"),
        (b"%PDF-" + b"<</Kids" * 100_000, 200, "No reconocemos el documento"),
        (b"%PDF-<" + b"30" * 1_000_000 + b">", 200, "No reconocemos el documento"),
    ],
    ids=["empty", "random", "zip", "too large", "bomb", "open", "deep", "nested ASN.1"],
)
def test_hostile_file_gets_a_clean_page(client: Client, content: bytes, status: int, says: str) -> None:
    answer = send(client, content)
    assert answer[0] == status
    assert says in answer[1]


@pytest.mark.parametrize("fields", [{}, {"file": ""}, {"file": "text instead of a file"}])
def test_missing_file_is_asked_for(client: Client, fields: dict[str, str]) -> None:
    response = client.post(VERIFY, fields)
    assert response.status_code == 422
    assert "Elija el archivo PDF" in response.content.decode()


@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=300), name=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50)
)
def test_any_upload_gets_a_page(client: Client, content: bytes, name: str) -> None:
    assert send(client, content, name)[0] in {200, 422}
    assert send(client, b"%PDF-" + content, name)[0] in {200, 422}


def test_code_is_genuine_even_when_its_file_is_lost(
    client: Client, document: IssuedDocument, caplog: pytest.LogCaptureFixture
) -> None:
    queries.path_of(document.file).unlink()
    status, page = type_code(client, CODE)
    assert status == 200
    assert "El documento es auténtico" in page
    assert "cannot be read" in caplog.text


def test_only_the_offered_methods_are_answered(client: Client) -> None:
    assert client.put(VERIFY).status_code == 405
    assert client.post(f"{VERIFY}{CODE}/").status_code == 405
