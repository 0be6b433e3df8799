from django.db import migrations

# Written out, not imported: a migration must not change when the code does.
GROUPS = ("clerk", "approver", "print_desk", "auditor", "supervisor")


def make_groups(apps, schema_editor):
    group_model = apps.get_model("auth", "Group")
    for name in GROUPS:
        group_model.objects.get_or_create(name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]

    operations = [migrations.RunPython(make_groups, migrations.RunPython.noop)]
