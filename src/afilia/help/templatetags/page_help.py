"""`{% help_of_page %}`: the address of the question that people ask on the page shown."""

from django import template
from django.template.context import Context
from django.urls import reverse

from afilia.help.topics import load

register = template.Library()


@register.simple_tag(takes_context=True)
def help_of_page(context: Context) -> str:
    """Of the help as a whole where the page has no question of its own, as the page of an error."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None or match.view_name not in load().pages:
        return reverse("help:index")
    topic, question = load().pages[match.view_name]
    return f"{reverse('help:topic', args=[topic])}#{question}"
