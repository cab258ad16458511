import io
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from afilia.site import translations
from afilia.site.management.commands import templates

CATALOGUE = """\
msgid ""
msgstr ""
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Salir"
msgstr "Sign out"

msgid "%(n)s línea"
msgid_plural "%(n)s líneas"
msgstr[0] "one line"
msgstr[1] "%(n)s lines"

msgid "Hola, %(name)s"
msgstr "Hello, %(name)s"
"""
CODE = '_("Salir")\nngettext("%(n)s línea", "%(n)s líneas", n)\n'
TEMPLATE = """<p (>
   {% translate "Salir" %}
{% blocktranslate trimmed %}
  Hola,
  {{ name }}
{% endblocktranslate %}"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package whose catalogue is complete."""
    (tmp_path / "app" / "templates").mkdir(parents=True)
    (tmp_path / "app" / "views.py").write_text(CODE)
    (tmp_path / "app" / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "en" / "LC_MESSAGES").mkdir(parents=True)
    catalogue(tmp_path).write_text(CATALOGUE)
    return tmp_path


def catalogue(package: Path) -> Path:
    return package / "en" / "LC_MESSAGES" / "django.po"


def problems(package: Path) -> list[str]:
    return translations.problems(catalogue(package), translations.extracted(package))


def test_complete_catalogue_has_no_problem(package: Path) -> None:
    assert problems(package) == []


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ('msgid "Salir"\nmsgstr "Sign out"\n', "", "missing: 'Salir'"),
        ('msgstr "Sign out"', 'msgstr ""', "untranslated: 'Salir'"),
        ('msgid "Salir"', '#, fuzzy\nmsgid "Salir"', "fuzzy: 'Salir'"),
        ('"Hello, %(name)s"', '"Hello"', "other placeholders: 'Hola, %(name)s'"),
        ('"one line"', '"one %(m)s"', "other placeholders: '%(n)s línea'"),
        ('"%(n)s lines"', '"lines"', "other placeholders: '%(n)s línea'"),
        ('msgid "Salir"', 'msgid "Entrar"\nmsgstr "Sign in"\n\nmsgid "Salir"', "obsolete: 'Entrar'"),
    ],
)
def test_problem_of_a_sentence_is_named(package: Path, written: str, instead: str, problem: str) -> None:
    assert written in CATALOGUE
    catalogue(package).write_text(CATALOGUE.replace(written, instead))
    assert problems(package) == [problem]


def test_merging_adds_what_is_new_drops_what_is_gone_and_then_rests(package: Path) -> None:
    (package / "app" / "views.py").write_text('gettext_lazy("Volver")\n_("Salir")\n')
    template = translations.extracted(package)
    translations.merge(catalogue(package), template)
    once = catalogue(package).read_bytes()
    translations.merge(catalogue(package), template)
    assert catalogue(package).read_bytes() == once
    assert problems(package) == ["untranslated: 'Volver'"]


def test_command_fails_for_a_sentence_that_the_copy_of_the_catalogue_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "en" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    copy = folder / "django.po"
    shutil.copyfile(settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po", copy)
    copy.write_text(copy.read_text().replace('msgid "Verificar un comprobante"', 'msgid "Otra cosa"'))
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("translations", "--check", "--catalogue", str(copy), stdout=said)
    assert "missing: 'Verificar un comprobante'" in said.getvalue()
    assert "obsolete: 'Otra cosa'" in said.getvalue()


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{% if %}", "Unexpected end of expression"),
        ('{% url "site:nowhere" %}', "no address is called site:nowhere"),
        ('{% if x %}{% url "nowhere:home" %}{% endif %}', "no address is called nowhere:home"),
        ('{% static "site/nothing.svg" %}', "there is no static file site/nothing.svg"),
        ('{% include "site/nothing.html" %}', "there is no template site/nothing.html"),
        ('{% extends "site/nothing.html" %}', "there is no template site/nothing.html"),
    ],
)
def test_broken_template_is_told_from_a_good_one(
    tmp_path: Path, settings: object, source: str, problem: str
) -> None:
    (tmp_path / "bad.html").write_text(source)
    (tmp_path / "good.html").write_text('{% extends "site/base.html" %}{% url "site:home" %}')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]  # type: ignore[attr-defined]
    assert [problem in found for found in templates.problems("bad.html")] == [True]
    assert list(templates.problems("good.html")) == []
