from django.db import migrations

from accreditation.core.machine_sql import guard_moves


class Migration(migrations.Migration):
    dependencies = [("missions", "0001_initial"), ("core", "0002_audit_append_only")]

    operations = [guard_moves("missions_mission", "missions.mission", births=["invited", "applied", "registered"])]
