"""All settings, from the environment; odd values are refused at the start.

ENVIRONMENT is `development` (default: embedded servers, made-up secrets, plain HTTP) or `production`
(every secret and address must be given, HTTPS only, second factor for staff). Any secret may be given as
NAME or as NAME_FILE, a file that holds it.
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from accreditation.core.languages import in_its_language
from config import embedded, patience
from config.environment import made_up_secrets, parse_key, parse_keys, read_secret_files

BASE_DIR = Path(__file__).resolve().parent.parent
read_secret_files(["SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
env = Env()

ENVIRONMENT = env.str("ENVIRONMENT", "development")
if ENVIRONMENT not in ("development", "production"):
    raise ImproperlyConfigured(f"ENVIRONMENT is '{ENVIRONMENT}'; it must be development or production")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", False)
DEMONSTRATION = env.bool("DEMONSTRATION", False)
if PRODUCTION and DEMONSTRATION:
    raise ImproperlyConfigured("a demonstration shows everybody's mail: it is no production")
VAR_DIR = env.path("EMBEDDED_DIR", BASE_DIR / "var").resolve()

# Servers: given by URL, or embedded ones

_needs_servers = not env.str("DATABASE_URL", "")
if _needs_servers and PRODUCTION:
    raise ImproperlyConfigured("in production DATABASE_URL and REDIS_URL must name the servers")
_servers = embedded.hold(VAR_DIR) if _needs_servers else {}

# Secrets

if PRODUCTION:
    _secrets = {name: env.str(name) for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY")}
else:
    _secrets = made_up_secrets(VAR_DIR) | {
        name: os.environ[name]
        for name in ("SECRET_KEY", "ENCRYPTION_KEYS", "INDEX_KEY")
        if name in os.environ
    }
SECRET_KEY = _secrets["SECRET_KEY"]
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])
ENCRYPTION_KEYS = parse_keys(_secrets["ENCRYPTION_KEYS"])
INDEX_KEY = parse_key(_secrets["INDEX_KEY"])
# Private keys of badges, a file each: the worker has the folder, the web has not and never signs.
SIGNING_KEYS_DIR = env.path("SIGNING_KEYS_DIR", None if PRODUCTION else VAR_DIR / "signing-keys")

DATABASES = {"default": env.dj_db_url("DATABASE_URL", _servers.get("database_url"))}
DATABASES["default"]["ENGINE"] = "config.postgresql"
DATABASES["default"]["OPTIONS"] = patience.options(env, DATABASES["default"].get("OPTIONS", {}))
if env.bool("DATABASE_PREPARE", True):
    # Statements that come again are planned once: a quarter of an approval's time. Off behind an old PgBouncer.
    DATABASES["default"]["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": 5}
if env.bool("DATABASE_POOL", False):
    DATABASES["default"]["OPTIONS"]["pool"] = patience.pool(env)
    DATABASES["default"]["CONN_MAX_AGE"] = 0
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONNECTION_AGE", 600)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["TEST"] = {"NAME": "test_" + os.environ.setdefault("TEST_RUN", str(os.getpid()))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", _servers.get("cache_url", ""))
CELERY_BROKER_URL = (
    env.str("CELERY_BROKER_URL", "") or env.str("REDIS_URL", "") or _servers.get("broker_url", "")
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 2}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# The default cache holds the sign-in limits: it must not depend on Redis.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Applications

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "accreditation.core",
    "accreditation.accounts",
    "accreditation.missions",
    "accreditation.observers",
    "accreditation.credentials",
    "accreditation.workflow",
    "accreditation.reports",
    "accreditation.demo",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
]

MIDDLEWARE = [
    "accreditation.core.actors.RequestMiddleware",  # first: the moment is read before anything can be slow
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accreditation.core.content_policy.ContentPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accreditation.accounts.middleware.OpenAddresses",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accreditation.accounts.middleware.LanguageOfTheAccount",
    "accreditation.accounts.middleware.StaffProof",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accreditation.accounts.ended.SessionEnded",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accreditation.core.shown_again.ShownAgain",  # innermost: it shows again what all the others have let through
]

# Answered without a session, the same for everybody: the verifier, whoever asks about a badge, and the supervisors.
OPEN_ADDRESSES = ("/v", "/api/v1/verify", "/healthz", "/readyz")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
FORM_RENDERER = "accreditation.core.rendering.FormRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "accreditation" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accreditation.missions.context.current_election",
            ],
        },
    }
]

# Languages and time

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("az", _("Azerbaijani")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("ar", _("Arabic")),
]
LOCALE_PATHS = [BASE_DIR / "accreditation" / "locale"]
FORMAT_MODULE_PATH = ["accreditation.core.formats"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = ("en", "az", "fr", "ru", "ar")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = in_its_language
PUBLICATION_LANGUAGES = env.list(
    "PUBLICATION_LANGUAGES", ["en", "az"]
)  # an election is worded in these first
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "accreditation" / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
PRIVATE_FILES_ROOT = env.path("PRIVATE_FILES_ROOT", VAR_DIR / "files")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "private": {
        "BACKEND": env.str("PRIVATE_FILES_BACKEND", "accreditation.core.storage.PrivateFiles"),
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "accreditation.core.receiving.TemporaryFileHandler",
]

# Backups: made each night by the worker, which alone has the folder; everybody warns when the last one is old

BACKUPS_DIR = env.path("BACKUPS_DIR", None)
BACKUP_HOUR = env.int("BACKUP_HOUR", 22)  # UTC
if not 0 <= BACKUP_HOUR < 24:
    raise ImproperlyConfigured(f"BACKUP_HOUR is {BACKUP_HOUR}; it must be an hour of the day, 0 to 23")
BACKUPS_KEPT_DAYS = env.int("BACKUPS_KEPT_DAYS", 14)
BACKUP_MAX_AGE_HOURS = env.int("BACKUP_MAX_AGE_HOURS", 26 if PRODUCTION else 0)  # 0: nobody is warned
DISK_MIN_FREE_MB = env.float("DISK_MIN_FREE_MB", 1000)  # below it everybody is warned
POSTGRES_PROGRAMS = env.path("POSTGRES_PROGRAMS", None)  # a folder, where pg_dump is not found by itself
RELEASE = env.str("RELEASE", "")  # a backup names it

# Accounts: applicants and heads by e-mailed code, staff by password and a second factor

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", PRODUCTION)
if PRODUCTION and not STAFF_SECOND_FACTOR:
    raise ImproperlyConfigured("STAFF_SECOND_FACTOR cannot be switched off in production")
LOGIN_REDIRECT_URL = "welcome"
LOGIN_URL = "account_request_login_code"  # the admin has a door of its own
ACCOUNT_ADAPTER = "accreditation.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # without password1 the staff's login page loses its password
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Behind the proxy the limits must count the visitor's address, not the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 1 if PRODUCTION else 0)
ACCOUNT_RATE_LIMITS = {
    # A whole mission shares one address: wide per address, tight per account.
    "login": "300/h/ip",
    "login_failed": "200/h/ip,5/5m/key",
    "request_login_code": "300/h/ip,5/10m/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_ADAPTER = "accreditation.accounts.adapter.SecondFactorAdapter"
USERSESSIONS_TRACK_ACTIVITY = False

# Letters

SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
if env.str("EMAIL_URL", ""):
    vars().update(env.dj_email_url("EMAIL_URL"))
elif PRODUCTION:
    raise ImproperlyConfigured(
        "in production EMAIL_URL must name the mail server, such as smtp+tls://user:pass@host:587"
    )
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = "127.0.0.1", env.int("MAIL_PORT", 2525)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Central Election Commission <accreditation@cec.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
REPLY_TO_MAILBOX = env.str("REPLY_TO_MAILBOX", "replies@cec.example")
HELP_CONTACT = env.str("HELP_CONTACT", "help@cec.example")
LETTER_UNDO_SECONDS = env.int("LETTER_UNDO_SECONDS", 120)

# Security

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [SITE_URL] if PRODUCTION else [])
CSRF_FAILURE_VIEW = "accreditation.core.refusals.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.int("SESSION_AGE", 24 * 3600)
if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accreditation.core.rest.SessionAuthentication",
        "accreditation.core.rest.TokenAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accreditation.core.rest_errors.answer_error",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Observers' accreditation",
    "VERSION": "1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAdminUser"],
    "SERVE_INCLUDE_SCHEMA": False,
}

DEMONSTRATION = env.bool("DEMONSTRATION", False)  # the mailbox page exists only with it
if DEMONSTRATION and PRODUCTION:
    raise ImproperlyConfigured("DEMONSTRATION and production exclude each other")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
}
