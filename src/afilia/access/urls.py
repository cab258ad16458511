from django.urls import path

from afilia.access.views import keys, second_factor, sign_in

app_name = "access"
urlpatterns = [
    path("empleadores/ingresar/", sign_in.sign_in, name="sign-in"),
    path("empleadores/ingresar/codigo/", sign_in.second_step, name="second-step"),
    path("empleadores/ingresar/clave-nueva/", sign_in.choose_key, name="choose-key"),
    path("empleadores/salir/", sign_in.sign_out, name="sign-out"),
    path("empleadores/clave/cambiar/", keys.change_key, name="change-key"),
    path("empleadores/sesiones/", keys.show_sessions, name="sessions"),
    path("empleadores/sesiones/tiempo/", keys.watch_session, name="watch-session"),
    path("empleadores/sesiones/seguir/", keys.keep_session, name="keep-session"),
    path("empleadores/sesiones/<int:session_id>/terminar/", keys.end_session, name="end-session"),
    path("empleadores/sesiones/terminar/", keys.end_other_sessions, name="end-other-sessions"),
    path("empleadores/segundo-factor/", second_factor.second_factor, name="second-factor"),
    path("empleadores/segundo-factor/activar/", second_factor.second_factor_on, name="second-factor-on"),
    path("empleadores/segundo-factor/desactivar/", second_factor.second_factor_off, name="second-factor-off"),
]
