"""What leaves the portal of a received file, and with which headers."""

import io
from datetime import UTC, datetime

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path
from PIL import Image

from afilia.documents import actions, files, queries, serving
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from tests.documents.authority import Authority
from tests.documents.papers import MOST, plain_jpeg, plain_pdf

NOW = datetime.now(UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def original(_request: object, received_id: str) -> HttpResponse:
    return serving.original(ReceivedFile.objects.get(id=received_id))


def page(_request: object, received_id: str, number: int) -> HttpResponse:
    return serving.page(ReceivedFile.objects.get(id=received_id), number)


urlpatterns = [path("o/<uuid:received_id>/", original), path("p/<uuid:received_id>/<int:number>/", page)]


def receive(content: bytes, name: str = "cédula «1».pdf") -> ReceivedFile:
    return actions.receive(chunks=[content], name=name, most=MOST, actor="test", now=NOW)


def check_headers(response: HttpResponse) -> None:
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(plain_pdf(), "application/pdf"), (plain_jpeg(), "image/jpeg")],
    ids=["pdf", "jpg"],
)
def test_original_is_a_download(client: Client, content: bytes, content_type: str) -> None:
    file = receive(content)
    response = client.get(f"/o/{file.id}/")
    check_headers(response)
    assert response["Content-Type"] == content_type
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''c%C3%A9dula")
    assert response.content == queries.read_received(file)


def test_page_of_a_pdf_is_a_picture(client: Client) -> None:
    file = receive(plain_pdf(pages=2), name="carta.pdf")
    response = client.get(f"/p/{file.id}/2/")
    check_headers(response)
    assert response["Content-Type"] == "image/png"
    assert response["Content-Disposition"] == 'inline; filename="carta.pdf-2.png"'
    with Image.open(io.BytesIO(response.content)) as shown:
        assert shown.format == "PNG"
        assert shown.width == 1240
        dark = sum(shown.convert("L").histogram()[:100])
    assert dark > 500  # the line of text


def test_stamp_of_a_signature_is_seen() -> None:
    signed = Authority.make(now=NOW).issue().sign_visibly(plain_pdf(), "FIRMADO POR UNA PERSONA DE PRUEBA")
    with Image.open(io.BytesIO(serving.page(receive(signed), 1).content)) as shown:
        stamp = shown.convert("L").crop((200, 900, 860, 1150))
    assert sum(stamp.histogram()[:100]) > 1000


def test_photo_is_its_own_page(client: Client) -> None:
    file = receive(plain_jpeg(), name="foto.jpg")
    response = client.get(f"/p/{file.id}/1/")
    check_headers(response)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == 'inline; filename="foto.jpg"'


@pytest.mark.parametrize("number", [0, 3, 99999])
def test_page_that_is_not_there(number: int) -> None:
    file = receive(plain_pdf(pages=2))
    with pytest.raises(Http404):
        serving.page(file, number)


@pytest.mark.parametrize("state", [ScanState.PENDING, ScanState.INFECTED])
def test_nothing_of_an_unclean_file_leaves(state: ScanState) -> None:
    file = receive(plain_pdf())
    file.scan = state
    for serve in (serving.original, lambda one: serving.page(one, 1)):
        with pytest.raises(queries.NotOpenableError):
            serve(file)


def test_page_beyond_the_last_is_not_even_read() -> None:
    file = receive(plain_pdf())
    files.received(file.sha256).unlink()
    with pytest.raises(Http404):
        serving.page(file, 2)
