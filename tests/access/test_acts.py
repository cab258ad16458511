"""What each page of employers asks of who was given access, wherever it is in the portal."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from afilia.access.acts import NAMES
from afilia.access.rules.acts import Act
from afilia.novedades.rules.acts import ACTS
from afilia.novedades.rules.layouts import Effect

OPEN = (  # pages of employers for who is not signed in
    "ingresar/",
    "salir/",
    "clave/activar/",
    "clave/recuperar/",
    "clave/documentos/",
    "registro/",
    "formularios/",
    "correo/objetar/",
    "batch/formatos/",
)


def pages(
    resolver: URLResolver | None = None, path: str = "", space: str = ""
) -> Iterator[tuple[str, str, object]]:
    """Each address of the portal: its path, its name, its view."""
    for each in (resolver or get_resolver()).url_patterns:
        route = path + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from pages(each, route, each.namespace or space)
        elif isinstance(each, URLPattern):
            yield route, f"{space}:{each.name}", each.callback


def test_each_page_of_employers_says_what_it_asks() -> None:
    rest = {
        f"{name} {page}"
        for path, name, view in pages()
        if (page := path.removeprefix("empleadores/")) not in {path, ""} and not hasattr(view, "asks")
    }
    silent = {page for page in rest if not page.split()[1].startswith(OPEN)}
    assert not silent


def test_each_type_of_novedad_is_an_act() -> None:
    assert ACTS.keys() == set(Effect)


def test_each_act_has_a_name() -> None:
    assert NAMES.keys() == set(Act)
