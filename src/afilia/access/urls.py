from django.urls import path

from afilia.access.views import accountants, helping, keys, second_factor, sign_in

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
    path("empleadores/segundo-factor/codigos/", second_factor.new_recovery_codes, name="recovery-codes"),
    path("empleadores/segundo-factor/desactivar/", second_factor.second_factor_off, name="second-factor-off"),
    path("empleadores/ayuda-contable/", helping.helpers, name="helpers"),
    path("empleadores/ayuda-contable/dar/", helping.invite, name="invite"),
    path("empleadores/ayuda-contable/<int:delegation_id>/", helping.helper, name="helper"),
    path("empleadores/ayuda-contable/<int:delegation_id>/cambiar/", helping.change, name="change-access"),
    path("empleadores/ayuda-contable/<int:delegation_id>/terminar/", helping.end, name="end-access"),
    path("empleadores/ayuda-contable/<int:delegation_id>/enviar/", helping.invite_again, name="invite-again"),
    path("contadores/", accountants.clients, name="clients"),
    path("contadores/invitacion/", accountants.invitation, name="invitation"),
    path("contadores/invitacion/<str:token>/", accountants.invitation_link, name="invitation-link"),
    path("contadores/clientes/<int:delegation_id>/ingresar/", accountants.work_for, name="work-for"),
    path("contadores/clientes/<int:delegation_id>/aceptar/", accountants.accept, name="accept"),
    path("contadores/clientes/<int:delegation_id>/dejar/", accountants.give_back, name="give-back"),
    path("contadores/clave/", accountants.forgotten_key, name="forgotten-key"),
    path("contadores/clave/codigo/", accountants.forgotten_key_code, name="forgotten-key-code"),
    path("contadores/clave/nueva/", accountants.forgotten_key_new, name="forgotten-key-new"),
]
