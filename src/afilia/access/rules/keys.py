"""Whether a key may be chosen: NIST SP 800-63B-4, 3.1.1.2, and no facts of person and employer in it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from string import punctuation
from unicodedata import combining, normalize

RUN = 3  # letters or digits in a known order, or the same one, that count as one part
LONGEST_UNIT = 8  # characters of something short that a key only repeats
SIGNS = frozenset(f"{punctuation} ¿¡")
YEAR = re.compile(r"(19|20)\d\d")
DISGUISES = str.maketrans("013457@$!|", "oieastasii")  # s3gur0


class Fault(StrEnum):
    SHORT = "short"
    LONG = "long"
    PERSONAL = "personal"  # has a number or a word of the person or the employer in it
    OBVIOUS = "obvious"
    BREACHED = "breached"  # others had it, and it became public


@dataclass(frozen=True, kw_only=True)
class KeyFault:
    """Why a key may not be chosen. `part` is the word or number of a PERSONAL one, as it was given."""

    reason: Fault
    part: str = ""


@dataclass(frozen=True, kw_only=True)
class KeySubject:
    """Whose key it is to be; what is not known stays empty."""

    number: str = ""  # cédula or foreigner code of the person
    names: str = ""  # of the person
    ruc: str = ""
    employer: str = ""  # its name
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyPolicy:
    """The policy as data, see data/keys.toml. Lengths are characters after NFKC."""

    minimum: int
    maximum: int
    shortest_word: int
    no_names: frozenset[str]
    words: frozenset[str]
    walks: tuple[str, ...]
    obvious_parts: int
    obvious_rest: int
    obvious_signs: int


def normalised(key: str) -> str:
    """The key as it is judged and hashed: the same accents and widths from every keyboard."""
    return normalize("NFKC", key)


def key_faults(
    key: str, *, about: KeySubject, policy: KeyPolicy, breached: Callable[[str], bool] = lambda _key: False
) -> list[KeyFault]:
    """All that speaks against a key, at most one fault of each reason; an empty list when it may be chosen.

    `breached` says whether a key is on the operator's list; it is asked only when nothing else is wrong.
    """
    key = normalised(key)
    if len(key) > policy.maximum:
        return [KeyFault(reason=Fault.LONG)]
    faults = []
    if len(key) < policy.minimum:
        faults.append(KeyFault(reason=Fault.SHORT))
    if part := _personal(key, about, policy):
        faults.append(KeyFault(reason=Fault.PERSONAL, part=part))
    if is_obvious(key, policy=policy):
        faults.append(KeyFault(reason=Fault.OBVIOUS))
    if not faults and breached(key):
        faults.append(KeyFault(reason=Fault.BREACHED))
    return faults


def is_obvious(key: str, *, policy: KeyPolicy) -> bool:
    """Whether a key is a few known words, years, walks over the keyboard or repetitions, and little else."""
    folded = _folded(key)
    if _repeats(folded):
        return True
    for text in {folded, folded.translate(DISGUISES)}:
        parts, rest = _parts(text, policy)
        signs = sum(char in SIGNS for char in rest)
        if (
            len(parts) <= policy.obvious_parts
            and len(rest) - signs <= policy.obvious_rest
            and signs <= policy.obvious_signs
        ):
            return True
    return False


def _personal(key: str, about: KeySubject, policy: KeyPolicy) -> str:
    folded = _folded(key)
    digits = "".join(char for char in key if char.isdecimal())
    for number in (about.ruc, about.number):
        if number and number[:10] in digits:  # the last three of a RUC are the establishment
            return number
    for text in (about.employer, about.names, about.email.partition("@")[0]):
        for match in re.finditer(r"[^\W_]+", text):
            word = str(match[0])
            plain = _folded(word)
            if len(plain) >= policy.shortest_word and plain not in policy.no_names and plain in folded:
                return word
    return ""


def _folded(text: str) -> str:
    """Small letters without accents."""
    return "".join(char for char in normalize("NFKD", text.casefold()) if not combining(char))


def _repeats(text: str) -> bool:
    """Whether a text is nothing but something short again and again, the last time perhaps cut off."""
    half = len(text) // 2
    return any(
        (text[:unit] * len(text))[: len(text)] == text for unit in range(1, min(LONGEST_UNIT, half) + 1)
    )


def _parts(text: str, policy: KeyPolicy) -> tuple[set[str], list[str]]:
    """The different obvious parts that leave the least of a text over, and the characters left over."""
    # The best way to each place: how much is left over, how many parts, where the last step began, whether it
    # is a part. One character at a time always leads there.
    best = [(at, 0, at - 1, False) for at in range(len(text) + 1)]
    longest = max(map(len, policy.words))
    for at in range(len(text)):
        left, count, _, _ = best[at]
        best[at + 1] = min(best[at + 1], (left + 1, count, at, False), key=lambda way: way[:2])
        for end in _ends(text, at, policy, longest):
            best[end] = min(best[end], (left, count + 1, at, True), key=lambda way: way[:2])
    parts, rest, end = set(), [], len(text)
    while end:
        _, _, at, known = best[end]
        if not known:
            rest.append(text[at])
        elif end - at >= RUN:  # shorter words only join others
            parts.add(text[at:end])
        end = at
    return parts, rest


def _ends(text: str, at: int, policy: KeyPolicy, longest: int) -> Iterator[int]:
    """Where the obvious parts that begin at a place end; no word is longer than `longest`."""
    for end in range(at + 1, min(len(text), at + longest) + 1):
        if text[at:end] in policy.words:
            yield end
    if YEAR.match(text, at):
        yield at + 4
    end = at + RUN
    while end <= len(text) and _is_run(text[at:end], policy):
        yield end
        end += 1


def _is_run(text: str, policy: KeyPolicy) -> bool:
    return text == text[0] * len(text) or any(text in walk for walk in policy.walks)
