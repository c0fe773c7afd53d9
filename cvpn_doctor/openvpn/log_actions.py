"""What a known line does to the timeline: the simple ones. An action says whether it understood."""

from collections.abc import Callable

from cvpn_doctor.model.push import AttemptStage, Ended
from cvpn_doctor.openvpn.log_timeline import Timeline

Action = Callable[[Timeline], bool]


def known(_timeline: Timeline) -> bool:
    """It is known, and says nothing of its own."""
    return True


def stage(reached: AttemptStage) -> Action:
    """The attempt came that far."""

    def act(timeline: Timeline) -> bool:
        timeline.reach(reached)
        return True

    return act


def hint(how: Ended) -> Action:
    """If the attempt ends next, it ended so."""

    def act(timeline: Timeline) -> bool:
        last = timeline.last
        if how == "tls_failed" and last is not None and (last.closed or last.hint):
            return True  # it only repeats that what was said has failed
        timeline.current.hint = how
        return True

    return act


def ended(how: Ended) -> Action:
    """The attempt is over."""

    def act(timeline: Timeline) -> bool:
        last = timeline.last
        if last is None:
            timeline.begin()
        elif how == "fatal" and (last.hint or last.closed):
            timeline.end(None)
            return True
        timeline.end(how)
        return True

    return act
