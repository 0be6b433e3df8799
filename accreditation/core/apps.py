from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "accreditation.core"

    def ready(self) -> None:
        from accreditation.core import rest_schema  # noqa: F401  (the schema finds it once it is imported)
