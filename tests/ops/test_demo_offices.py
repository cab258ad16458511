import pytest

from afilia.appointments import queries
from afilia.offices.models import Agenda, Office
from afilia.offices.provinces import BY_CODE
from afilia.ops.demo import offices
from tests.builders import NOW

pytestmark = pytest.mark.django_db


def test_the_demo_has_a_made_up_office_in_each_capital_and_one_in_a_shopping_centre_with_its_own_hours() -> (
    None
):
    offices.load(now=NOW)
    assert not Office.objects.filter(made_up=False).exists()
    capitals = {(office.province, office.city) for office in Office.objects.filter(shopping_centre=False)}
    assert capitals == {(province.code, province.capital) for province in BY_CODE.values()}
    mall = Office.objects.get(shopping_centre=True)
    usual = Office.objects.exclude(pk=mall.pk).filter(province=mall.province).get()
    assert mall.hours.count() == 7
    assert {*mall.hours.values_list("opens", flat=True)}.isdisjoint(
        usual.hours.values_list("opens", flat=True)
    )


def test_each_office_of_the_demo_has_places_for_its_procedures() -> None:
    offices.load(now=NOW)
    for agenda in Agenda.objects.select_related("office"):
        for procedure in agenda.procedures:
            assert any(day.places for day in queries.days(agenda.office, procedure, now=NOW))
