from django.urls import path

from afilia.recovery import views

app_name = "recovery"
urlpatterns = [
    path("empleadores/clave/recuperar/", views.begin, name="begin"),
    path("empleadores/clave/recuperar/<uuid:recovery_id>/codigo/", views.code, name="code"),
    path("empleadores/clave/recuperar/<uuid:recovery_id>/enlace/", views.link_sent, name="link-sent"),
    path("empleadores/clave/recuperar/<uuid:recovery_id>/correo/", views.delivery, name="delivery"),
    path("empleadores/clave/recuperar/<uuid:recovery_id>/clave/", views.new_key, name="new-key"),
    path("empleadores/clave/recuperar/abrir/", views.open_link, name="open"),
    path("empleadores/clave/recuperar/abrir/<str:token>/", views.link, name="link"),
    path("empleadores/clave/recuperar/abrir/<path:token>", views.link),  # cut off or with a full stop behind
    path("empleadores/clave/recuperar/no-fui-yo/", views.objection, name="object"),
    path("empleadores/clave/recuperar/no-fui-yo/<str:token>/", views.objection_link, name="objection"),
    path("empleadores/clave/recuperar/no-fui-yo/<path:token>", views.objection_link),
    path("empleadores/clave/documentos/", views.documents, name="documents"),
]
