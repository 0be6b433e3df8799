from django.db import migrations

from accreditation.core.machine_sql import append_only


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [append_only("core_auditevent", "audit", "audit events")]
