"""Built-in notices: what the owner is told whatever rules.yaml says, because something was withheld or in doubt."""

from rules.policy import Rule, Step

NOTICES: tuple[Rule, ...] = (
    Rule(name="Owner first", when="owner first", steps=(Step(send="owner/owner-first"),)),
    Rule(
        name="One of two answered",
        when="one of two answered",
        steps=(Step(send="owner/one-of-two-answered"),),
    ),
    Rule(name="Unprovable", when="unprovable", steps=(Step(send="owner/unprovable"),)),
)
