from django.db import migrations

from accreditation.core.machine_sql import APPEND_ONLY


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [APPEND_ONLY]
