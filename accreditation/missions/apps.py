from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MissionsConfig(AppConfig):
    name = "accreditation.missions"
    verbose_name = _("Elections and missions")
