from django.urls import path

from afilia.counter.views import case, cases, codes, decisions, keys, links

app_name = "counter"
urlpatterns = [
    path("funcionarios/claves/", keys.keys, name="keys"),
    path("funcionarios/claves/<int:employer_id>/", keys.employer, name="employer"),
    path("funcionarios/claves/<int:employer_id>/documentos/", keys.papers, name="papers"),
    path("funcionarios/claves/<int:employer_id>/enlace/", keys.link, name="send-link"),
    path("funcionarios/claves/<int:employer_id>/terminar/", keys.settle, name="settle"),
    path("funcionarios/claves/<int:employer_id>/negar/", keys.deny, name="deny"),
    path("funcionarios/claves/entrega/<uuid:handover_id>/", keys.handover, name="handover"),
    path("funcionarios/extranjeros/", codes.codes, name="codes"),
    path("funcionarios/extranjeros/<uuid:key>/", codes.code, name="code"),
    path("funcionarios/extranjeros/<uuid:key>/sut/", codes.ask, name="code-sut"),
    path("funcionarios/extranjeros/<uuid:key>/corregir/", codes.correct, name="code-correct"),
    path("funcionarios/extranjeros/<uuid:key>/negar/", codes.deny, name="code-deny"),
    path("funcionarios/extranjeros/<uuid:key>/hoja/", codes.sheet, name="code-sheet"),
    path("funcionarios/casos/", cases.queue, name="cases"),
    path("funcionarios/casos/<str:number>/", case.case, name="case"),
    path("funcionarios/casos/<str:number>/tomar/", cases.take, name="take"),
    path("funcionarios/casos/<str:number>/devolver/", cases.release, name="release"),
    path("funcionarios/casos/<str:number>/entregar/", cases.hand_over, name="hand-over"),
    path("funcionarios/casos/<str:number>/enviar/", cases.send_on, name="send-on"),
    path("funcionarios/casos/<str:number>/decidir/<slug:move>/", decisions.decide, name="decide"),
    path("funcionarios/casos/<str:number>/documentos/<int:paper_id>/", case.check, name="check"),
    path("funcionarios/casos/<str:number>/documentos/<int:paper_id>/<int:page>/", case.page, name="page"),
    path(
        "funcionarios/casos/<str:number>/documentos/<int:paper_id>/original/", case.original, name="original"
    ),
    path("empleadores/clave/activar/", links.own_key, name="own-key"),
    path("empleadores/clave/activar/<str:token>/", links.link, name="link"),
    path("empleadores/clave/activar/<path:token>", links.link),  # cut off or with a full stop behind
]
