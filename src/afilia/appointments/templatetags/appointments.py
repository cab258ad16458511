"""When and where, in words: `{{ place.starts_at|hour:office }}`, `{{ on|day }}`, `{% zone_note office %}`."""

from django import template

from afilia.appointments import saying

register = template.Library()
register.filter("day", saying.day)
register.filter("hour", saying.hour)
register.filter("moment", saying.moment)
register.simple_tag(saying.zone_note)
register.filter("document", saying.document)
register.filter("comes", saying.comes)
