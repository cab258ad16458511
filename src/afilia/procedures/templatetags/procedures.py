"""Texts of the catalogue in templates: `{{ way.title|spoken }}`, `{% spoken text as here %}`."""

from django import template

from afilia.procedures import speaking

register = template.Library()
register.filter("spoken", speaking.spoken)
register.filter("accepted", speaking.accepted)
register.simple_tag(speaking.spoken, name="spoken")
