"""`afilia templates`: compile every template and find the addresses and files that they name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError
from django.template import Template, TemplateSyntaxError, engines
from django.template.base import Node
from django.template.defaulttags import URLNode
from django.template.exceptions import TemplateDoesNotExist
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.templatetags.static import StaticNode
from django.urls import URLResolver, get_resolver


class Command(BaseCommand):
    help = "Compile every template; fail when one is broken or names what does not exist."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        found = [f"{name}: {problem}" for name in names(settings.BASE_DIR) for problem in problems(name)]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} problems in templates.")


def names(package: Path) -> list[str]:
    folders = sorted(package.glob("*/templates"))
    return [
        path.relative_to(folder).as_posix()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".html", ".txt"}
    ]


def problems(name: str) -> Iterator[str]:
    try:
        template: Template = engines["django"].engine.get_template(name)  # type: ignore[attr-defined]
    except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
        yield str(error)
        return
    for node in template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, URLNode) and not known(constant(node.view_name)):
            yield f"no address is called {constant(node.view_name)}"
        elif isinstance(node, StaticNode) and (path := constant(node.path)) and not finders.find(path):
            yield f"there is no static file {path}"
        elif isinstance(node, ExtendsNode | IncludeNode):
            other = constant(node.parent_name if isinstance(node, ExtendsNode) else node.template)
            if other and not exists(other):
                yield f"there is no template {other}"


def constant(expression: Any) -> str:
    """The text of an expression without variables; empty for any other."""
    value = getattr(expression, "var", expression)
    return value if isinstance(value, str) else ""


def known(view_name: str) -> bool:
    *namespaces, name = view_name.split(":")
    resolver: URLResolver = get_resolver()
    for namespace in namespaces:
        if namespace not in resolver.namespace_dict:
            return False
        resolver = resolver.namespace_dict[namespace][1]
    return not name or name in resolver.reverse_dict


def exists(name: str) -> bool:
    try:
        engines["django"].get_template(name)
    except TemplateDoesNotExist:
        return False
    except TemplateSyntaxError:
        return True  # said under its own name
    return True
