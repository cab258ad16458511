"""`afilia trust-roots`: whom we believe."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from django.core.management import CommandError, call_command

from afilia.audit.models import Entry
from afilia.documents import actions, queries
from afilia.documents.models import TrustRoot
from tests.documents.authority import Authority

NOW = datetime.now(UTC).replace(microsecond=0)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.make(now=NOW)


def fingerprint(authority: Authority) -> str:
    return authority.root.fingerprint(hashes.SHA256()).hex()


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_none_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("trust-roots", "list")
    assert "Ninguna" in capsys.readouterr().out
    assert queries.root_certificates() == []


@pytest.mark.parametrize(
    "encoding", [serialization.Encoding.PEM, serialization.Encoding.DER], ids=["pem", "der"]
)
def test_added_listed_and_removed(
    authority: Authority,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    encoding: serialization.Encoding,
) -> None:
    file = write(tmp_path / "root", authority.root.public_bytes(encoding))
    call_command("trust-roots", "add", file)
    call_command("trust-roots", "list", "--json")
    added, *shown = capsys.readouterr().out.splitlines()
    assert added.startswith(fingerprint(authority))
    assert json.loads("\n".join(shown)) == [
        {
            "fingerprint": fingerprint(authority),
            "name": "Autoridad de prueba – raíz",
            "valid_until": (NOW + timedelta(days=3650)).isoformat(),
        }
    ]
    assert queries.root_certificates() == [authority.root.public_bytes(serialization.Encoding.DER)]
    call_command("trust-roots", "remove", fingerprint(authority)[:12].upper())
    assert "Autoridad de prueba – raíz" in capsys.readouterr().out
    assert queries.root_certificates() == []
    assert list(Entry.objects.order_by("pk").values_list("event", "actor", "subject")) == [
        ("trust-root.added", "operator", f"trust-root:{fingerprint(authority)}"),
        ("trust-root.removed", "operator", f"trust-root:{fingerprint(authority)}"),
    ]


def test_several_in_one_file_and_none_twice(
    authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = authority.pem + authority.certificate.public_bytes(serialization.Encoding.PEM)
    file = write(tmp_path / "both.pem", both)
    call_command("trust-roots", "add", file)
    call_command("trust-roots", "add", file)
    assert "ya constaba" in capsys.readouterr().out
    assert TrustRoot.objects.count() == 2
    call_command("trust-roots", "list")
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_certificate_of_a_person_is_no_root(authority: Authority, tmp_path: Path) -> None:
    person = authority.issue().certificate.public_bytes(serialization.Encoding.PEM)
    file = write(tmp_path / "person.pem", authority.pem + person)
    with pytest.raises(CommandError, match="no puede emitir otros"):
        call_command("trust-roots", "add", file)
    assert not TrustRoot.objects.exists()


def test_expired_root_is_refused(authority: Authority) -> None:
    with pytest.raises(actions.NotARootError, match="caducó"):
        actions.add_trust_roots(content=authority.pem, actor="test", now=NOW + timedelta(days=4000))


@pytest.mark.parametrize("content", [b"", b"no es un certificado", b"-----BEGIN CERTIFICATE-----\nAA\n"])
def test_file_without_a_certificate(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(CommandError, match="no tiene ningún certificado"):
        call_command("trust-roots", "add", write(tmp_path / "none", content))


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No se puede leer"):
        call_command("trust-roots", "add", tmp_path / "none")


def test_fingerprint_that_names_none_or_too_few_digits(authority: Authority) -> None:
    authority.trust()
    with pytest.raises(CommandError, match="Ninguna tiene la huella"):
        call_command("trust-roots", "remove", "0" * 64)
    with pytest.raises(CommandError, match="al menos 8"):
        call_command("trust-roots", "remove", fingerprint(authority)[:7])
    assert TrustRoot.objects.count() == 1
