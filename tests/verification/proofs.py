import hashlib
import json
from base64 import b64encode


def solve(challenge: str, **changes: object) -> str:
    """The work that the browser does."""
    asked = json.loads(challenge)
    number = next(
        number
        for number in range(asked["maxNumber"] + 1)
        if hashlib.sha256(f"{asked['salt']}{number}".encode()).hexdigest() == asked["challenge"]
    )
    return b64encode(json.dumps({**asked, "number": number, **changes}).encode()).decode()
