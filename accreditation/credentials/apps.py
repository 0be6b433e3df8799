from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CredentialsConfig(AppConfig):
    name = "accreditation.credentials"
    verbose_name = _("Accreditations")

    def ready(self) -> None:
        from accreditation.credentials import checks  # noqa: F401  (Django's checks find it once it is imported)
