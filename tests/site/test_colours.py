"""The colours of the brand against each other, as the style sheets that are served have them."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

TEXT, LARGE = 4.5, 3.0  # least contrast, WCAG 2.2: 1.4.3 and 1.4.11
# What stands on what: text of each kind of tag on its own ground, links and hints on the page's.
PAIRS = [
    ("--govuk-text-colour", "--govuk-body-background-colour", TEXT),
    ("--govuk-text-colour", "--app-paper", TEXT),
    ("--govuk-secondary-text-colour", "--govuk-body-background-colour", TEXT),
    ("--govuk-secondary-text-colour", "--app-paper", TEXT),
    ("--govuk-link-colour", "--govuk-body-background-colour", TEXT),
    ("--govuk-link-visited-colour", "--govuk-body-background-colour", TEXT),
    ("--govuk-link-hover-colour", "--govuk-body-background-colour", TEXT),
    ("--govuk-error-colour", "--govuk-body-background-colour", TEXT),
    ("--govuk-input-border-colour", "--govuk-body-background-colour", LARGE),
    *((f"--app-{kind}-ink", f"--app-{kind}-fill", TEXT) for kind in ("error", "warning", "info", "success")),
    ("--app-neutral-ink", "--app-neutral-fill", TEXT),
]


def tokens(*, dark: bool) -> dict[str, str]:
    """Names to colours in light, or as the dark sheet overrides them."""
    path = finders.find("site/build/app.css")
    assert isinstance(path, str)
    style = Path(path).read_text("utf-8")
    night = r"@media screen and \(prefers-color-scheme: ?dark\)\{:root\{([^}]*)\}"
    light = "".join(re.findall(r":root\{([^}]*)\}", re.sub(night, "", style)))
    found = dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", light))
    if dark:
        (block,) = re.findall(night, style)
        found |= dict(re.findall(r"(--[\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", block))
    return found


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    whole = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_what_is_written_can_be_read(ink: str, ground: str, least: float, dark: bool) -> None:
    colours = tokens(dark=dark)
    assert contrast(colours[ink], colours[ground]) >= least, (colours[ink], colours[ground])
