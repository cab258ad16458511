from django.urls import include, path

from afilia.payroll.views import closing, comparison, lists

app_name = "payroll"
one = [
    path("", comparison.page, name="comparison"),
    path("avance/", comparison.progress, name="progress"),
    path("columnas/", comparison.columns, name="columns"),
    path("otra-vez/", comparison.again, name="again"),
    path("diferencias.csv", comparison.differences_csv, name="differences-csv"),
    path("diferencias.xlsx", comparison.differences_xlsx, name="differences-xlsx"),
    path("archivo/<str:novedad>/", closing.close, name="close"),
]
urlpatterns = [
    path("empleadores/nomina/", lists.index, name="index"),
    path("empleadores/nomina/cargar/", lists.upload, name="upload"),
    path("empleadores/nomina/<uuid:comparison_id>/", include(one)),
]
