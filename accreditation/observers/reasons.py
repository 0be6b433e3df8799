"""Every reason why a row or a list is refused or doubted: a code that never changes, and its words.

Codes are read by programs (`import_list --json`, the API, the file of refused rows): never rename one.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accreditation.core.errors import Reason

# A row with one of these is refused.
REFUSALS = {
    "no_name": _("no name"),
    "no_date_of_birth": _("no date of birth"),
    "no_citizenship": _("no citizenship"),
    "no_document_number": _("no passport number"),
    "impossible_date_of_birth": _("impossible date of birth"),
    "born_in_future": _("born in the future"),
    "ambiguous_date": _("%(text)s can be read as two dates: say whether the day or the month stands first"),
    "unknown_citizenship": _("unknown nationality"),
    "excluded_citizenship": _("citizens of this country cannot be accredited in this category"),
    "host_citizen": _("a citizen of the host country cannot be an international observer"),
    "characters_in_name": _("characters that no name has"),
    "hidden_characters": _("hidden direction character in the name"),
    "name_too_long": _("the name is longer than %(most)d characters"),
    "document_number_too_long": _("the passport number is longer than %(most)d characters"),
    "document_number_spoiled": _(
        "the spreadsheet has rounded the passport number: format the column as text"
    ),
    "document_number_hidden": _("the passport number is hidden: write all of it"),
    "document_expires_before_election": _("passport expires before election day"),
    "arrives_after_election": _("arrives after election day"),
    "duplicate_in_file": _("the same passport as row %(row)d"),
}

# A row with one of these is taken, and says so.
WARNINGS = {
    "mixed_scripts": _("letters of two alphabets in one word of the name"),
    "name_not_latin": _("the name is not in Latin letters, as in the passport"),
    "odd_age": _("%(age)d years old"),
    "odd_document_number": _("an unusual passport number"),
    "no_document_expiry": _("no date of expiry of the passport"),
    "document_expires_soon": _("the passport expires soon after election day"),
    "unreadable_date": _("%(text)s is not a date"),
    "unreadable_time": _("%(text)s is not a time"),
    "unknown_country": _("%(text)s is not a country that we know"),
    "unknown_category": _("%(text)s is not a category that we know"),
    "unknown_role": _("%(text)s is not a role that we know"),
    "unknown_sex": _("%(text)s is not a sex that we know"),
    "departs_before_arrival": _("departs before arriving"),
    "second_citizenship_of_host": _("also a citizen of the host country"),
    "doubtful_email": _("%(text)s is not an e-mail address"),
    "doubtful_phone": _("%(text)s is not a telephone number"),
    "text_cut": _("a text was too long and has been cut"),
}

# A file with one of these is not read.
LISTS = {
    "empty": _("The file is empty."),
    "not_a_list": _(
        "This is not a list: send a spreadsheet (XLSX, XLS, ODS) or a text file with separated columns (CSV)."
    ),
    "html_not_a_list": _("This is a web page named as a spreadsheet: open it and save it as XLSX."),
    "encrypted": _("The file is protected by a password: save it without one."),
    "too_large": _("The file is larger than %(most)d MB."),
    "too_many_rows": _("The list has more than %(most)d rows: split it."),
    "too_wide": _("The list has more than %(most)d columns: remove those that are not needed."),
    "bomb": _("The file unpacks to far more than a list needs; it was not opened."),
    "damaged": _("The file is damaged and cannot be read."),
    "no_such_sheet": _("There is no sheet named %(sheet)s in the file."),
    "no_header": _(
        "No column could be recognised: name the columns in a row above the people, such as Surname, "
        "Given names, Date of birth, Citizenship, Passport number."
    ),
    "unknown_column": _("There is no column %(column)s in the list."),
    "unknown_field": _("There is no field %(field)s."),
}

WORDS = REFUSALS | WARNINGS | LISTS


def reason(code: str, **facts: object) -> Reason:
    """The reason with that code: with facts in words of the active language, else of its reader's."""
    return Reason(code, WORDS[code] % facts if facts else WORDS[code])
