"""The pages of heads of mission. Everybody else finds nothing here."""

from django.urls import path

from accreditation.missions.views import (
    badges,
    bulk,
    letters,
    lists,
    mission,
    people,
    pictures,
    roster,
    steps,
)

app_name = "missions"

_MISSION = "missions/<slug:election>/<slug:code>/"
_PERSON = f"{_MISSION}people/<str:public_id>/"
_LIST = f"{_MISSION}lists/<str:public_id>/"

urlpatterns = [
    path("missions/", roster.my_missions, name="mine"),
    path(_MISSION, roster.roster, name="roster"),
    path(f"{_MISSION}download/<str:form>/", lists.download, name="download"),
    path(f"{_MISSION}mission/", mission.mission, name="mission"),
    path(f"{_MISSION}mission/apply/", mission.apply, name="apply"),
    path(f"{_MISSION}mission/certificate.pdf", mission.certificate, name="certificate"),
    path(f"{_MISSION}mission/stay/<int:pk>/", mission.stay, name="stay"),
    path(f"{_MISSION}people/add/", people.add, name="add"),
    path(f"{_MISSION}people/send/", bulk.send, name="send"),
    path(f"{_MISSION}people/pledge/", bulk.pledge, name="pledge"),
    path(f"{_MISSION}people/pictures/", pictures.archive, name="archive"),
    path(f"{_MISSION}arrivals/", bulk.arrivals, name="arrivals"),
    path(_PERSON, people.person, name="person"),
    path(f"{_PERSON}edit/", people.edit, name="edit"),
    path(f"{_PERSON}pledge/", steps.declare, name="declare"),
    path(f"{_PERSON}confirm/", steps.confirm, name="confirm"),
    path(f"{_PERSON}end/", steps.end, name="end"),
    path(f"{_PERSON}again/", steps.again, name="again"),
    path(f"{_PERSON}replace/", people.replace, name="replace"),
    path(f"{_PERSON}not-coming/", steps.not_coming, name="not_coming"),
    path(f"{_PERSON}badge.pdf", badges.digital, name="badge_file"),
    path(f"{_PERSON}badge/lost/", badges.lost, name="badge_lost"),
    path(f"{_PERSON}badge/<str:name>/", badges.standby, name="badge_standby"),
    path(f"{_PERSON}move/<str:name>/", steps.move, name="move"),
    path(f"{_PERSON}letters/<int:pk>/", letters.letter, name="letter"),
    path(f"{_PERSON}letters/<int:pk>/letter.pdf", letters.letter_file, name="letter_file"),
    path(f"{_PERSON}pictures/<str:kind>/", pictures.upload, name="upload"),
    path(f"{_PERSON}pictures/<str:kind>/show/", pictures.show, name="picture"),
    path(f"{_MISSION}lists/", lists.lists, name="lists"),
    path(f"{_MISSION}lists/empty.xlsx", lists.empty, name="empty_list"),
    path(_LIST, lists.one, name="list"),
    path(f"{_LIST}take-in/", lists.take_in, name="take_in"),
    path(f"{_LIST}refused.xlsx", lists.refused, name="refused_rows"),
]
