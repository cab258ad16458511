from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from afilia.documents import signing
from afilia.kit.environment import SettingError


@register
def signing_certificate(**_: Any) -> Sequence[CheckMessage]:
    """Refuse a certificate that cannot be used, before the portal starts; the demo makes its own when needed.

    An expired one keeps nobody from the other pages: the doctor tells of it in time.
    """
    if settings.DEMO:
        return []
    try:
        signing.check()
    except SettingError as error:
        return [Error(str(error), id="documents.E001")]
    return []
