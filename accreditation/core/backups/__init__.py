"""Backups: made whole or not at all (making.py), checked and put back (restoring.py), kept every night (keeping.py).

One backup is one folder, named by its moment, that any shell can read:

    manifest.json     when, by which release, the migrations, rows a table, sums of all else, and a seal
    database.dump     pg_dump's own format, of one snapshot; sessions and the cache are left out
    files/            the private files under their names, sealed as they lie in the storage
    files.sha256/     their sums, a list for each first folder, as `sha256sum --check` reads them
    signing-keys/     the private halves of the badges' keys, where the process that made it holds them

The secrets are never in it: who finds a backup reads no passport and no picture. A private file never changes, so
what the backup before still holds whole is linked, not copied.
"""
