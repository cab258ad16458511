from django import template
from django.conf import settings

register = template.Library()


@register.inclusion_tag("verification/demo_mails.html")
def demo_mails() -> dict[str, str | None]:
    """Where the mails of the demo are, which sends none; nothing anywhere else."""
    return {"mail_folder": settings.EMAIL_FILE_PATH if settings.DEMO else None}
