from typing import Any

from afilia.procedures.rules import Text


def texts(node: Any) -> list[Text]:
    """All texts in a part of the catalogue."""
    if isinstance(node, Text):
        return [node]
    if isinstance(node, dict):
        return [text for part in node.values() for text in texts(part)]
    if isinstance(node, tuple | list):
        return [text for part in node for text in texts(part)]
    fields = getattr(node, "__dataclass_fields__", {})
    return [text for name in fields for text in texts(getattr(node, name))]
