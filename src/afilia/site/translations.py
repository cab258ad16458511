"""The English catalogue against the Spanish sentences in the code: no gettext program is needed."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in ("gettext", "ngettext", "pgettext", "npgettext")},
}
# Without dates, so that merging what is already there changes nothing.
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Afilia\\n"
"Language: en\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")


def extracted(package: Path) -> Catalog:
    """Every sentence of the Python files and templates under `package`, by file."""
    catalogue = Catalog(project="Afilia", fuzzy=False)
    for path, source in _sources(package):
        for _line, sentence, comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            catalogue.add(sentence, locations=[(path.as_posix(), 0)], auto_comments=comments, context=context)
    return catalogue


def _sources(package: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(package.rglob("*")):
        text = path.relative_to(package)
        if path.suffix == ".py":
            yield text, path.read_text(encoding="utf-8")
        elif "templates" in text.parts and path.suffix in {".html", ".txt"}:
            # What templatize leaves of the page is no Python; without its indentation it passes for it.
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
            yield text, "\n".join(line.lstrip() for line in code.splitlines())


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def merge(path: Path, template: Catalog) -> None:
    """Bring the catalogue at `path` to the sentences of `template`; what is new waits for its translation."""
    catalogue = read(path)
    catalogue.update(template, no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(
        body,
        catalogue,
        width=100,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    path.write_bytes(HEADER.encode() + body.getvalue())


def problems(path: Path, template: Catalog) -> list[str]:
    """What is missing, untranslated, fuzzy, obsolete or differs in its placeholders, a line each."""
    catalogue = read(path)
    found = [
        f"{verdict}: {_shown(message)}"
        for message in template
        if message.id and (verdict := _verdict(message, catalogue.get(message.id, message.context)))
    ]
    found += [
        f"obsolete: {_shown(message)}"
        for message in catalogue
        if message.id and template.get(message.id, message.context) is None
    ]
    found += [f"obsolete: {_shown(message)}" for message in catalogue.obsolete.values()]
    return found


def _verdict(message: Message, translated: Message | None) -> str:
    if translated is None:
        return "missing"
    strings = _strings(translated.string)
    if not all(strings) or len(strings) < len(_strings(message.id)):
        return "untranslated"
    if translated.fuzzy:
        return "fuzzy"
    wanted = {found for text in _strings(message.id) for found in PLACEHOLDER.findall(text)}
    # The last form is the plural one, or the only one: it must say all; a singular may leave the number out.
    said = [set(PLACEHOLDER.findall(text)) for text in strings]
    if said[-1] != wanted or any(not some <= wanted for some in said):
        return "other placeholders"
    return ""


def _strings(value: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (value or "",) if isinstance(value, str | None) else tuple(value)


def _shown(message: Message) -> str:
    return repr(_strings(message.id)[0])
