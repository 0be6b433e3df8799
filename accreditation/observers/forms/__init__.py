"""The questions of the online application, one form a page. Every form answers fields of a Statement."""

from accreditation.observers.forms.identity import BirthForm, NamesForm, PassportForm
from accreditation.observers.forms.question import QuestionForm
from accreditation.observers.forms.sending import AppealForm, PictureForm, PledgeForm
from accreditation.observers.forms.stay import ContactForm, MissionForm, VisitForm, WorkForm

__all__ = [
    "AppealForm",
    "BirthForm",
    "ContactForm",
    "MissionForm",
    "NamesForm",
    "PassportForm",
    "PictureForm",
    "PledgeForm",
    "QuestionForm",
    "VisitForm",
    "WorkForm",
]
