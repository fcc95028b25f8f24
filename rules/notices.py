"""Built-in notices: what goes out whatever rules.yaml says: something was withheld, is in doubt, or changed."""

from rules.policy import Rule, Step

NOTICES: tuple[Rule, ...] = (
    Rule(name="Owner first", when="owner first", steps=(Step(send="owner/owner-first"),)),
    Rule(
        name="One of two answered",
        when="one of two answered",
        steps=(Step(send="owner/one-of-two-answered"),),
    ),
    Rule(name="Unprovable", when="unprovable", steps=(Step(send="owner/unprovable"),)),
    Rule(name="Refused", when="refused", steps=(Step(send="owner/refused"),)),
    Rule(name="Deadline proposed", when="deadline proposed", steps=(Step(send="owner/deadline-proposed"),)),
    # Calendars are told at once: what stands in them is wrong until then.
    Rule(
        name="Check-in changed",
        when="check-in changed",
        steps=(Step(send="check-ins/moved"),),
        invite=True,
        any_time=True,
    ),
    Rule(
        name="Check-in cancelled",
        when="check-in cancelled",
        steps=(Step(send="check-ins/cancelled"),),
        invite=True,
        any_time=True,
    ),
    Rule(
        name="Check-in proposed",
        when="check-in proposed",
        steps=(Step(send="owner/check-in-proposed"),),
        any_time=True,
    ),
    Rule(
        name="Check-in kept",
        when="check-in kept",
        steps=(Step(send="check-ins/kept"),),
        any_time=True,
    ),
    Rule(name="Check-in over", when="check-in over", steps=(Step(send="owner/check-in-over"),)),
    Rule(name="Check-in disputed", when="check-in disputed", steps=(Step(send="owner/check-in-disputed"),)),
    Rule(
        name="Check-in outside hours",
        when="check-in outside hours",
        steps=(Step(send="owner/check-in-outside-hours"),),
    ),
)
