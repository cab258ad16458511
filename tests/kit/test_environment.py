import os
import subprocess
import sys

import pytest

from afilia.kit.environment import Environment, SettingError


def test_what_is_missing_is_named_with_its_reason() -> None:
    with pytest.raises(SettingError, match=r"^Set AFILIA_KEY: fifty characters\.$"):
        Environment({}).text("AFILIA_KEY", because="fifty characters")


def test_blank_counts_as_missing() -> None:
    assert Environment({"NAME": "  "}).text("NAME", "default") == "default"


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("true", True), ("ON", True), ("0", False), ("no", False), ("", False)]
)
def test_flags(text: str, value: bool) -> None:
    assert Environment({"FLAG": text}).flag("FLAG") is value


@pytest.mark.parametrize(
    ("read", "shape"),
    [
        (lambda env: env.flag("NAME"), "1 or 0"),
        (lambda env: env.number("NAME", 1), "a whole number"),
        (lambda env: env.choice("NAME", "a", ("a", "b")), "one of a, b"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_shape(read: object, shape: str) -> None:
    with pytest.raises(SettingError, match=f"^NAME is 'perhaps'; it must be {shape}\\.$"):
        read(Environment({"NAME": "perhaps"}))  # type: ignore[operator]


def test_words_are_trimmed() -> None:
    assert Environment({"NAME": "61, 62,,"}).words("NAME", "") == ["61", "62"]


def test_every_name_that_was_asked_for_is_known() -> None:
    env = Environment({})
    env.text("ONE", "")
    env.flag("TWO")
    assert env.names == {"ONE", "TWO"}


NEEDED = {
    "AFILIA_SECRET_KEY": "s" * 50,
    "AFILIA_CODES_KEY": "c" * 50,
    "AFILIA_HOSTS": "portal.example",
    "AFILIA_PUBLIC_URL": "https://portal.example",
    "AFILIA_EMAIL_URL": "smtp://mail.example:25",
    "AFILIA_TRUSTED_PROXIES": "10.0.0.0/24",
    "AFILIA_SIGNING_PKCS12": "signing.p12",
    "AFILIA_SIGNING_PASSWORD": "password",
}


def start_in_production(**variables: str) -> subprocess.CompletedProcess[str]:
    others = {name: value for name, value in os.environ.items() if not name.startswith("AFILIA_")}
    return subprocess.run(
        [sys.executable, "-c", "import afilia.config.settings, os; print('started')"],
        # No server is asked: the settings alone decide.
        env={**others, **variables, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"},
        capture_output=True,
        check=False,
        text=True,
    )


def test_production_starts_with_all_that_it_needs() -> None:
    done = start_in_production(**NEEDED)
    assert done.stdout == "started\n", done.stderr


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_production_refuses_to_start_without(name: str) -> None:
    variables = {other: value for other, value in NEEDED.items() if other != name}
    done = start_in_production(**variables)
    assert done.returncode != 0
    assert f"Set {name}: " in done.stderr


def test_production_refuses_a_short_secret() -> None:
    assert (
        "AFILIA_SECRET_KEY is too short" in start_in_production(**{**NEEDED, "AFILIA_SECRET_KEY": "s"}).stderr
    )


def test_production_without_a_proxy_says_so() -> None:
    done = start_in_production(**{**NEEDED, "AFILIA_TRUSTED_PROXIES": "none"})
    assert done.stdout == "started\n", done.stderr


@pytest.mark.parametrize("text", ["none,10.0.0.0/24", "0.0.0.0/0", "proxy", ","])
def test_production_refuses_proxies_that_are_no_networks(text: str) -> None:
    done = start_in_production(**{**NEEDED, "AFILIA_TRUSTED_PROXIES": text})
    assert "AFILIA_TRUSTED_PROXIES must be the networks of your proxies" in done.stderr


@pytest.mark.parametrize("name", ["AFILIA_SRI_URL", "AFILIA_REGISTRO_CIVIL_URL"])
@pytest.mark.parametrize("text", ["sri.example.org/v1", "https://", "http://[", "https://sri:port"])
def test_production_refuses_an_address_of_a_service_that_is_none(name: str, text: str) -> None:
    done = start_in_production(**NEEDED, **{name: text})
    assert f"{name} is {text!r}; it must be the address of a service" in done.stderr


def test_production_refuses_to_change_an_email_without_time_to_object() -> None:
    done = start_in_production(**NEEDED, AFILIA_EMAIL_CHANGE_HOURS="0")
    assert "AFILIA_EMAIL_CHANGE_HOURS must be 1 or more" in done.stderr


def test_the_command_says_what_is_missing_in_one_line() -> None:
    others = {name: value for name, value in os.environ.items() if not name.startswith("AFILIA_")}
    done = subprocess.run(
        [sys.executable, "-m", "afilia", "doctor"], env=others, capture_output=True, check=False, text=True
    )
    assert done.returncode == 1
    assert done.stderr == "afilia: Set AFILIA_SECRET_KEY: 50 or more random characters.\n"
