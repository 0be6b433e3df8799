"""Badges, certificates and letters as PDF: pure functions from finished words to bytes; no database, no Django.

`faces` says what one sheet shows, `typesetting` sets it, `apart` does the same in a process of its own.
"""
