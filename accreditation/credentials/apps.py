from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CredentialsConfig(AppConfig):
    name = "accreditation.credentials"
    verbose_name = _("Accreditations")

    def ready(self) -> None:
        from accreditation.credentials import checks, spare_keys  # noqa: F401  (each is found once it is imported)
