from django.db import migrations

from accreditation.core.machine_sql import guard_moves


class Migration(migrations.Migration):
    dependencies = [("credentials", "0003_badges"), ("core", "0002_audit_append_only")]

    operations = [
        guard_moves("credentials_badge", "credentials.badge", births=["queued"]),
        guard_moves("credentials_signingkey", "credentials.signingkey", births=["new"]),
    ]
