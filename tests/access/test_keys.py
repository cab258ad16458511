import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.access.breached import is_breached
from afilia.access.forms import NewKeyForm
from afilia.access.policy import key_policy
from afilia.access.rules.keys import Fault, KeyFault, KeySubject, is_obvious, key_faults

POLICY = key_policy()
GOOD = "tijera nube caimito 7"
ABOUT = KeySubject(
    number="1710034065",
    names="PEÑA LÓPEZ LUZ MARÍA",
    ruc="1790012345001",
    employer="Cafetería Los Andes Cía. Ltda.",
    email="ventas.norte@example.com",
)


def reasons(key: str, about: KeySubject = ABOUT) -> list[Fault]:
    return [fault.reason for fault in key_faults(key, about=about, policy=POLICY)]


@pytest.mark.parametrize(
    "key",
    [
        GOOD,
        "á é í ó ú ñ ü ¿¡ ç",
        "чайник дорога снег",
        "ジャガイモ電車雨窓鉛筆七味毛布星空",
        "🐢🌵🛶🥥🎻🧭🪁🧶🪵🥾🪴🧊🛖🪕🥁",
        "kv7Rq2-Zt9Lw4-Xb",
        "      tijera   nube   caimito      ",
        ("tijera nube caimito 7 " * 6)[: POLICY.maximum],
        "cuando el tren pasa por el puente tiemblan las tazas",
    ],
)
def test_any_key_that_is_long_and_not_obvious_will_do(key: str) -> None:
    assert reasons(key) == []


def test_length_is_counted_in_characters_after_normalisation() -> None:
    assert (POLICY.minimum, POLICY.maximum) == (15, 128)
    assert reasons("wkzpfhqtmxbrgl") == [Fault.SHORT]  # 14
    assert reasons("wkzpfhqtmxbrglv") == []
    assert reasons("wkzpfhqtmxbrgn\N{COMBINING TILDE}") == [
        Fault.SHORT
    ]  # 15 code points, one of them an accent
    assert reasons("wkzpfhqtmxbr\N{LATIN SMALL LIGATURE FFI}") == []  # 13, and three letters in one of them
    assert reasons(("wkzpfhqtmx brglvncd-" * 7)[:128]) == []
    assert reasons(("wkzpfhqtmx brglvncd-" * 7)[:129]) == [Fault.LONG]


@pytest.mark.parametrize(
    ("key", "part"),
    [
        ("tijera 1710034065 nube", "1710034065"),
        ("tijera 17-1003-4065 nube", "1710034065"),
        ("tijera1790012345001nube", "1790012345001"),
        ("tijera1790012345nube", "1790012345001"),
        ("tijera nube PEÑA 7", "PEÑA"),
        ("tijera nube pena 7", "PEÑA"),
        ("tijeralopeznube7", "LÓPEZ"),
        ("tijera nube María", "MARÍA"),
        ("mi cafeteria de nubes", "Cafetería"),
        ("tijera andes nube", "Andes"),
        ("tijera ventas nube", "ventas"),
    ],
)
def test_nothing_of_the_person_or_the_employer_is_in_it(key: str, part: str) -> None:
    assert key_faults(key, about=ABOUT, policy=POLICY) == [KeyFault(reason=Fault.PERSONAL, part=part)]


@pytest.mark.parametrize("key", ["luz del farol caimito", "tijera ltda caimito", "los de la nube tijera"])
def test_short_words_and_those_that_many_names_have_are_free(key: str) -> None:
    assert reasons(key) == []


@pytest.mark.parametrize(
    "key",
    [
        "123456789012345",
        "098765432109876",
        "qwertyuiopasdfg",
        "QwErTyUiOpAsDfG",
        "1qaz2wsx3edc4rfv",
        "abcdefghijklmnñop",
        "aaaaaaaaaaaaaaaaaa",
        "................",
        "tzkwtzkwtzkwtzkw",
        "contraseña12345",
        "Contraseña.2026!",
        "C0ntr4s3ñ4 S3gur4",
        "contraseña nueva 1",
        "password password",
        "ecuador19451998",
        "quito2024quito2024",
        "iess iess iess 2026",
        "claveclaveclave7",
        "lunesmartesmiercoles",
        "Juan y María 2020",
        "amor de mi vida 2024",
        "administrador123",
    ],
)
def test_what_everybody_tries_first_is_refused(key: str) -> None:
    assert Fault.OBVIOUS in reasons(key)


@given(st.sampled_from(sorted(POLICY.words)), st.integers(1900, 2099), st.sampled_from(["", " ", "-", "!"]))
def test_a_word_and_a_year_are_obvious_however_they_are_joined(word: str, year: int, sign: str) -> None:
    assert is_obvious(f"{word}{sign}{year}", policy=POLICY)
    assert is_obvious(f"{word.upper()}{year}{sign}{word}", policy=POLICY)


@given(st.text(max_size=200))
def test_every_text_is_judged(key: str) -> None:
    faults = reasons(key)
    assert len(faults) == len(set(faults))


def test_an_empty_fact_speaks_against_no_key() -> None:
    assert reasons(GOOD, KeySubject()) == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("hashed", [False, True])
def test_keys_of_the_operators_list_are_found(
    tmp_path: Path, settings: object, ending: str, hashed: bool
) -> None:
    keys = [GOOD, "árbol de levadura tibia", *[f"clave {turn} que se hizo pública" for turn in range(300)]]
    lines = keys
    if hashed:
        lines = sorted(f"{hashlib.sha1(key.encode()).hexdigest().upper()}:{len(key)}" for key in keys)
    path = settings.BREACHED_KEYS = tmp_path / "keys.txt"  # type: ignore[attr-defined]
    path.write_text(ending.join(lines), "utf-8", newline="")
    assert all(is_breached(key) for key in keys)
    assert is_breached(GOOD.upper())
    for key in ("clave 1 que se hizo", "1 que se hizo pública", "otra que nadie conoce", "z" * 40):
        assert not is_breached(key)
    form = NewKeyForm({"new_key": GOOD, "repeat": GOOD}, about=ABOUT)
    assert "se hicieron públicas" in str(form.errors["new_key"])


def test_form_takes_the_same_key_from_two_keyboards_and_no_other() -> None:
    composed, apart = "año de la tijera 7", "an\N{COMBINING TILDE}o de la tijera 7"
    assert NewKeyForm({"new_key": composed, "repeat": apart}, about=ABOUT).is_valid()
    form = NewKeyForm({"new_key": GOOD, "repeat": f"{GOOD} "}, about=ABOUT)
    assert "no son iguales" in str(form.errors["repeat"])


def test_form_says_everything_that_is_wrong_at_once() -> None:
    form = NewKeyForm({"new_key": "maria123", "repeat": "maria123"}, about=ABOUT)
    errors = str(form.errors["new_key"])
    assert "15 caracteres" in errors
    assert "«MARÍA»" in errors
    assert "fácil de adivinar" in errors


def test_form_shows_no_key_again_and_lets_managers_fill_it() -> None:
    page = NewKeyForm({"new_key": GOOD, "repeat": "otra"}, about=ABOUT).as_p()
    assert GOOD not in page
    assert page.count('autocomplete="new-password"') == 2


@pytest.mark.parametrize("content", [None, ""])
def test_a_list_that_is_not_there_is_named_at_start(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "keys.txt"
    if content is not None:
        path.write_text(content)
    done = subprocess.run(
        [sys.executable, "-m", "afilia", "check_nothing"],
        env={**os.environ, "AFILIA_BREACHED_KEYS": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.startswith("afilia: AFILIA_BREACHED_KEYS is ")
    assert "one key or hash a line" in done.stderr
