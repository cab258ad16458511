"""What a certification authority answers about its certificates: OCSP and lists, over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from tests.documents.authority import Authority, Signer

DAY = timedelta(days=1)
DER = serialization.Encoding.DER


@dataclass(kw_only=True)
class Responder:
    """Answers for one authority; `revoked` are serial numbers and since when."""

    authority: Authority
    now: datetime
    url: str = ""
    revoked: dict[int, datetime] = field(default_factory=dict)
    body: bytes | None = None  # in the place of an honest answer
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def revoke(self, signer: Signer, *, at: datetime) -> None:
        self.revoked[signer.certificate.serial_number] = at

    def ocsp(self, question: bytes) -> bytes:
        request = ocsp.load_der_ocsp_request(question)
        since = self.revoked.get(request.serial_number)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            issuer_name_hash=request.issuer_name_hash,
            issuer_key_hash=request.issuer_key_hash,
            serial_number=request.serial_number,
            algorithm=request.hash_algorithm,
            cert_status=ocsp.OCSPCertStatus.REVOKED if since else ocsp.OCSPCertStatus.GOOD,
            this_update=self.now - timedelta(minutes=5),
            next_update=self.now + DAY,
            revocation_time=since,
            revocation_reason=x509.ReasonFlags.key_compromise if since else None,
        )
        responder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.authority.certificate)
        return responder.sign(self.authority.key, hashes.SHA256()).public_bytes(DER)

    def crl(self) -> bytes:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.authority.certificate.subject)
            .last_update(self.now - timedelta(minutes=5))
            .next_update(self.now + DAY)
        )
        for serial, since in self.revoked.items():
            one = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
            builder = builder.add_revoked_certificate(one)
        return builder.sign(self.authority.key, hashes.SHA256()).public_bytes(DER)


@contextmanager
def answering(authority: Authority, *, now: datetime) -> Iterator[Responder]:
    """A server at `.url`: OCSP below /ocsp, the list at /crl."""
    responder = Responder(authority=authority, now=now)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(lambda: responder.ocsp(question), "application/ocsp-response")

        def do_GET(self) -> None:
            self._answer(responder.crl, "application/pkix-crl")

        def _answer(self, make: object, content_type: str) -> None:
            responder.asked.append(self.path)
            body = make() if responder.body is None else responder.body
            self.send_response(responder.status)
            self.send_header("Content-Type", content_type)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        responder.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield responder
        finally:
            server.shutdown()
            thread.join()
