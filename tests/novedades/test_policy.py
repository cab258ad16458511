import pytest

from afilia.kit.environment import Environment, SettingError
from afilia.novedades.policy import Policy


def prefixes(text: str) -> tuple[str, ...]:
    return Policy.read(Environment({"AFILIA_FOREIGNER_PREFIXES": text})).foreigner_prefixes


def test_foreigner_codes_begin_as_the_setting_says() -> None:
    assert prefixes("") == ("61",)
    assert prefixes("62, 6100") == ("62", "6100")


@pytest.mark.parametrize("text", ["17", "61,30", "6", "seis", "612345678"])
def test_a_prefix_that_a_cedula_may_have_is_refused_with_the_remedy(text: str) -> None:
    with pytest.raises(SettingError, match=r"AFILIA_FOREIGNER_PREFIXES holds .* two to eight digits"):
        prefixes(text)
