import os
import subprocess
import sys

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from afilia.kit import addresses, proxies

TRUSTED = addresses.networks(["10.0.0.0/8", "fd00::5"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", "", "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # nobody we trust says so
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("fd00::5", "2001:db8::1", "2001:db8::1"),
        ("fd00::6", "2001:db8::1", "fd00::6"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the left one was written by the client
        ("10.0.0.1", "203.0.113.9,198.51.100.1 ,10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "junk, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, junk", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1,", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.1:443", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2, 10.0.0.3", "10.0.0.1"),
        ("", "198.51.100.1", ""),
        ("unix:", "198.51.100.1", "unix:"),
    ],
)
def test_client_is_the_rightmost_address_that_is_no_proxy_of_ours(
    peer: str, forwarded: str, client: str
) -> None:
    assert addresses.client(peer=peer, forwarded=forwarded, trusted=TRUSTED) == client


@given(st.text(max_size=60), st.ip_addresses())
def test_nothing_that_a_client_writes_changes_its_address(written: str, client: object) -> None:
    heard = str(client)
    if addresses.is_trusted(heard, trusted=TRUSTED):
        return
    seen = {
        addresses.client(peer="10.0.0.1", forwarded=forwarded, trusted=TRUSTED)
        for forwarded in (heard, f"{written},{heard}", f"{written}, {heard}, 10.0.0.2")
    }
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.7", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_block_is_what_addresses_share(address: str, block: str) -> None:
    assert addresses.block(address, ipv4=24, ipv6=64) == block


@pytest.mark.parametrize(
    "word", ["0.0.0.0/0", "::/0", "128.0.0.0/1", "10.0.0.1/8", "proxy.example.com", "10.0.0.0/33"]
)
def test_a_bad_network_of_proxies_is_named_at_start(word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "afilia", "check_nothing"],
        env={**os.environ, "AFILIA_TRUSTED_PROXIES": f"10.0.0.0/24,{word}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "AFILIA_TRUSTED_PROXIES must be the networks of your proxies" in done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("peer", "secure"), [("10.0.0.1", True), ("192.0.2.7", False)])
def test_https_is_believed_from_trusted_proxies_only(settings: object, peer: str, secure: bool) -> None:
    settings.TRUSTED_PROXIES = TRUSTED  # type: ignore[attr-defined]
    seen = []

    def look(request: HttpRequest) -> HttpResponse:
        seen.append((request.is_secure(), proxies.client_address(request)))
        return HttpResponse()

    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1"}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    proxies.ForwardedMiddleware(look)(request)
    assert seen == [(secure, "198.51.100.1" if secure else peer)]
