from django.apps import AppConfig


class MissionsConfig(AppConfig):
    name = "accreditation.missions"
