from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "accreditation.core"
    verbose_name = _("Places, letters and audit")

    def ready(self) -> None:
        from accreditation.core import rest_schema  # noqa: F401  (the schema finds it once it is imported)
