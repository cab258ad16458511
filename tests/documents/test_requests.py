import io
from dataclasses import replace

import pikepdf
import pytest
from django.test import Client
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from afilia.documents import actions, made_up, queries, requests, signing
from afilia.documents.models import IssuedDocument, Kind
from afilia.documents.queries import Outcome
from afilia.documents.requests import BranchLine, RequestFacts, Signatory
from tests.documents.builders import CODE, EMPLOYER, NOW, NUMBER, RUC, issue, make_signed, text_of
from tests.documents.test_rendering import INJECTIONS

BLANKS = [requests.REQUEST, requests.AUTHORISATION, requests.AGREEMENT]
TITLES = {
    "key-request": "Solicitud de entrega de clave, formulario",
    "authorisation": "Autorización a un tercero, formulario",
    "agreement": "Acuerdo de responsabilidad, formulario",
}


def make_request(**changes: object) -> RequestFacts:
    facts = {
        "number": NUMBER,
        "issued_at": NOW,
        "registered_at": NOW,
        "employer_name": EMPLOYER,
        "ruc": RUC,
        "kind": "Empresa privada",
        "standing": "ACTIVO",
        "address": "Av. de Prueba N1-23, Quito, Pichincha",
        "phone": "0991234567",
        "email": "nomina@comercial.example",
        "branches": (BranchLine(number="0001", name="MATRIZ", address="Quito"),),
        "signatory": Signatory(
            names="PRUEBA PEÑA LUZ", document="Pasaporte", number="AB123456", country="Colombia"
        ),
        "collector_number": "",
        "collector_names": "",
        "code": CODE,
        "verify_url": f"https://portal.example.ec/verificar/{CODE}/",
    }
    return RequestFacts(**facts | changes)


def is_accessible(pdf: bytes, title: str) -> bool:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return bool(
            document.open_metadata()["pdfuaid:part"] == "1"
            and document.Root.MarkInfo.Marked
            and document.Root.Lang == "es-EC"
            and document.Root.ViewerPreferences.DisplayDocTitle
            and document.docinfo["/Title"] == title
        )


def test_request_and_agreement_are_accessible_pdfs() -> None:
    facts = make_request()
    assert is_accessible(requests.render_key_request(facts), f"Solicitud de entrega de clave {NUMBER}")
    assert is_accessible(requests.render_agreement(facts), f"Acuerdo de responsabilidad {NUMBER}")


@pytest.mark.parametrize("paper", BLANKS)
def test_blank_form_is_an_accessible_pdf_without_number_or_code(paper: str) -> None:
    pdf = requests.render_blank(paper)
    assert is_accessible(pdf, TITLES[paper])
    text = text_of(pdf)
    assert "Firmadelrepresentante" in text
    assert "firmaamano" in text
    assert "firmaelectrónica" in text
    assert "Código" not in text
    assert "N.º" not in text
    assert requests.render_blank(paper) == pdf


def test_request_says_all_that_was_registered() -> None:
    text = text_of(requests.render_key_request(make_request()))
    for part in (
        NUMBER,
        EMPLOYER,
        RUC,
        "Empresa privada",
        "ACTIVO",
        "Av. de Prueba N1-23, Quito, Pichincha",
        "0991234567",
        "nomina@comercial.example",
        "0001MATRIZQuito",
        "PRUEBA PEÑA LUZ",
        "Pasaporte",
        "AB123456",
        "Colombia",
        "no autorizó a un tercero",
        CODE,
    ):
        assert part.replace(" ", "") in text


def test_third_party_is_named_where_there_is_one() -> None:
    text = text_of(
        requests.render_key_request(
            make_request(collector_number="1710034065", collector_names="LOOR PRUEBA ANA")
        )
    )
    assert "LOORPRUEBAANA" in text
    assert "1710034065" in text
    assert "noautorizóauntercero" not in text


def test_domestic_employer_has_no_standing() -> None:
    assert "EstadoenelSRI" not in text_of(requests.render_key_request(make_request(standing="")))


def test_agreement_has_every_clause_and_its_source() -> None:
    text = text_of(requests.render_agreement(make_request()))
    for clause in requests.texts()["agreement"]["clause"]:
        assert clause["text"].replace(" ", "") in text
        assert clause.get("source", "").replace(" ", "") in text
    assert EMPLOYER.replace(" ", "") in text


def test_every_text_has_a_source_and_a_date() -> None:
    said = requests.texts()
    for part in (said["request"], said["authorisation"], said["agreement"], *said["signature"]):
        assert part["source"]
        assert part["source_on"]


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_text_of_people_is_never_markup(hostile: str) -> None:
    facts = make_request(
        employer_name=hostile,
        address=hostile,
        branches=(BranchLine(number="0001", name=hostile, address=hostile),),
        collector_number="1710034065",
        collector_names=hostile,
    )
    assert text_of(requests.render_key_request(facts)).count(hostile.replace(" ", "")) == 5
    assert text_of(requests.render_agreement(facts)).count(hostile.replace(" ", "")) == 1


def test_three_hundred_branches_fit() -> None:
    branches = tuple(BranchLine(number=f"{at:04d}", name="LOCAL", address="Quito") for at in range(1, 301))
    assert "0300LOCALQuito" in text_of(requests.render_key_request(make_request(branches=branches)))


def test_same_facts_give_the_same_bytes() -> None:
    facts = make_request()
    assert requests.render_key_request(facts) == requests.render_key_request(replace(facts))


def countersigned(pdf: bytes, name: str = "Representante") -> bytes:
    """As the representative signs it: with a certificate of their own and a signature to be seen."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        made_up.institution("Representante", password="secret"), other_certs=[], passphrase=b"secret"
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = fields.SigFieldSpec(name, on_page=0, box=(50, 50, 250, 90))
    metadata = signers.PdfSignatureMetadata(field_name=name, md_algorithm="sha256")
    return signers.PdfSigner(metadata, signer=signer, new_field_spec=field).sign_pdf(writer).getvalue()


def issued_request() -> tuple[IssuedDocument, bytes]:
    pdf = signing.sign(requests.render_key_request(make_request()), at=NOW, others_sign=True)
    return actions.issue(kind=Kind.KEY_REQUEST, number=NUMBER, pdf=pdf, at=NOW, code=CODE), pdf


def test_ours_stays_valid_when_the_representative_signs_after_us() -> None:
    pdf = signing.sign(requests.render_key_request(make_request()), at=NOW, others_sign=True)
    with io.BytesIO(countersigned(pdf)) as file:
        first, second = PdfFileReader(file).embedded_signatures
        ours = validate_pdf_signature(first, ValidationContext(trust_roots=[]))
        theirs = validate_pdf_signature(second, ValidationContext(trust_roots=[]))
    assert ours.intact
    assert ours.valid
    assert ours.docmdp_ok
    assert theirs.intact
    assert theirs.valid


@pytest.mark.django_db
def test_request_is_genuine_as_issued_and_known_when_signed_after_us() -> None:
    document, pdf = issued_request()
    assert queries.answer_for_file(pdf).outcome is Outcome.GENUINE
    signed = countersigned(pdf)
    for file in (signed, countersigned(signed, "Apoderado")):
        answer = queries.answer_for_file(file)
        assert (answer.outcome, answer.document) == (Outcome.EXTENDED, document)


@pytest.mark.django_db
def test_change_before_the_signature_of_the_representative_is_an_alteration() -> None:
    _, pdf = issued_request()
    signed = bytearray(countersigned(pdf))
    signed[len(pdf) // 2] ^= 1
    assert queries.answer_for_file(bytes(signed)).outcome is Outcome.ALTERED


@pytest.mark.django_db
def test_receipt_that_somebody_adds_to_is_altered() -> None:
    pdf = make_signed()
    issue(pdf)
    assert queries.answer_for_file(pdf + b"\n%more\n%%EOF\n").outcome is Outcome.ALTERED


def test_many_ends_of_file_cost_no_more_than_a_few() -> None:
    assert len(signing.revisions(b"%%EOF\n" * 100_000)) <= 2 * signing.MOST_REVISIONS + 1


@pytest.mark.django_db
def test_page_says_what_it_is_and_nothing_of_the_employer(client: Client) -> None:
    _, pdf = issued_request()
    for content in (pdf, countersigned(pdf)):
        upload = io.BytesIO(content)
        upload.name = "solicitud.pdf"
        page = client.post("/verificar/", {"file": upload}).content.decode()
        assert "Solicitud de entrega de clave" in page
        assert NUMBER in page
        for private in (EMPLOYER, RUC, "nomina@", "PRUEBA PEÑA"):
            assert private not in page
    assert "después se le agregó algo" in page
    page = client.get(f"/verificar/{CODE}/").content.decode()
    assert "Solicitud de entrega de clave" in page
