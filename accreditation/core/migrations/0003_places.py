from django.db import migrations

from accreditation.core.places_seed import load_places


def sow(apps, schema_editor):
    load_places(apps.get_model("core", "Country"), apps.get_model("core", "Region"))


class Migration(migrations.Migration):
    dependencies = [("core", "0002_audit_append_only")]

    operations = [migrations.RunPython(sow, migrations.RunPython.noop)]
