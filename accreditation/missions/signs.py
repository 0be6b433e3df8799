"""The sign and the tone beside the word of a mission's state, the same on every page."""

from accreditation.missions.models import Mission

SIGNS = {
    Mission.State.INVITED: ("○", "calm"),
    Mission.State.APPLIED: ("●", "wait"),
    Mission.State.UNDER_REVIEW: ("●", "wait"),
    Mission.State.REGISTERED: ("✓", "good"),
    Mission.State.DECLINED: ("✕", "bad"),
    Mission.State.SUSPENDED: ("✕", "bad"),
    Mission.State.WITHDRAWN: ("–", "calm"),
}
