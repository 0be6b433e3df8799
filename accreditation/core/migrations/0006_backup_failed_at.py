from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_backup_reading"),
    ]

    operations = [
        migrations.AddField(
            model_name="backupreading",
            name="failed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="last failure"),
        ),
    ]
