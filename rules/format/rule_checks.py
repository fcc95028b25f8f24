"""What must be true of each rule: its letters exist, for the right reader, and all fits its trigger."""

from collections.abc import Iterator
from typing import Any

from relationship.clocks.durations import Duration
from relationship.facts.messages import Side
from relationship.parties import first_name_of
from relationship.templates import TemplateIndex
from rules.format.fields import duration
from rules.format.plain import attempt, block, blocks, stands, word, words
from rules.format.positions import Document
from rules.format.problems import Path, Problem, found
from rules.format.schema import ConditionsBlock, RuleBlock, StepBlock, keys_of
from rules.format.steps import rises
from rules.format.suggest import between_commas, did_you_mean, in_brackets
from rules.triggers import TRIGGERS, Trigger, taking

_FORMS = ("send", "steps", "invite")
_RULE_KEYS = keys_of(RuleBlock)
_STEP_KEYS = keys_of(StepBlock)
_CONDITIONS = keys_of(ConditionsBlock)


class RuleChecks:
    """One look at all rules of a document."""

    def __init__(self, document: Document, templates: TemplateIndex) -> None:
        self.document = document
        self.templates = templates
        self._told: set[str] = set()  # templates whose own problems were listed: once is enough

    def problems(self) -> Iterator[Problem]:
        """All problems of all rules."""
        for index, rule in blocks(self.document.data, "rules"):
            path: Path = ("rules", index)
            trigger = TRIGGERS.get(word(rule.get("when")))
            yield from self._form(rule, path, trigger)
            yield from self._rhythm(rule, path, trigger)
            yield from self._steps(rule, path, trigger)
            yield from self._conditions(rule, path, trigger)
            yield from self._letters(rule, path, trigger)
            yield from self._approval(rule, path)

    def _form(self, rule: dict[str, Any], path: Path, trigger: Trigger | None) -> Iterator[Problem]:
        """Exactly one of `send:`, `steps:` and `invite:`, and one that the trigger takes."""
        forms = [form for form in _FORMS if form in rule]
        if not any(stands(rule, form, _RULE_KEYS) for form in _FORMS):
            hint = _form_hint(trigger) if trigger else "Add `send:` with a letter, or `steps:`."
            yield self.document.problem(path, "This rule sends nothing.", hint)
        for extra in forms[1:]:
            message = f"A rule has one of `send:`, `steps:` and `invite:`; this one has `{forms[0]}:` too."
            yield self.document.problem((*path, extra), message, key=True)
        if rule.get("steps") == []:
            yield self.document.problem(
                (*path, "steps"), "There are no steps.", "Add one, or remove the rule.", key=True
            )
        if trigger and forms and forms[0] not in _taken(trigger):
            message = f'"{trigger.name}" does not take `{forms[0]}:`.'
            yield self.document.problem((*path, forms[0]), message, _form_hint(trigger), key=True)

    def _rhythm(self, rule: dict[str, Any], path: Path, trigger: Trigger | None) -> Iterator[Problem]:
        takes = trigger is not None and "on" in trigger.own_keys
        if takes and not stands(rule, "on", _RULE_KEYS):
            hint = "Add it, such as `on: every Monday at 09:00`."
            yield self.document.problem((*path, "when"), '"every" needs an `on:` that says when.', hint)
        if "on" in rule and trigger and not takes:
            hint = "Remove it, or write `when: every`."
            yield self.document.problem((*path, "on"), f'"{trigger.name}" takes no `on:`.', hint, key=True)

    def _steps(self, rule: dict[str, Any], path: Path, trigger: Trigger | None) -> Iterator[Problem]:
        """Each step says when, in a way that the trigger knows, and they rise."""
        last: Duration | None = None
        direction = ""
        for index, step in blocks(rule, "steps"):
            here: Path = (*path, "steps", index)
            yield from self._step_form(step, here, trigger, direction)
            direction = direction or next((key for key in ("after", "before") if key in step), "")
            length = attempt(duration, step.get(direction)) if direction else None
            if length and last and not rises(last, length, direction):
                relation = "later than" if direction == "after" else "nearer to the date than"
                message = (
                    f"Step {index + 1} ({direction} {length}) does not come {relation} step {index} ({last})."
                )
                yield self.document.problem((*here, direction), message, "Steps stand in the order of time.")
            last = length or last

    def _step_form(
        self, step: dict[str, Any], path: Path, trigger: Trigger | None, direction: str
    ) -> Iterator[Problem]:
        keys = [key for key in ("after", "before") if key in step]
        allowed = _directions(trigger) if trigger else ["after", "before"]
        if not any(stands(step, key, _STEP_KEYS) for key in ("after", "before")):
            hint = f"Add `{allowed[0]}: 2 working days`, or such." if allowed else ""
            yield self.document.problem(path, "This step does not say when.", hint)
        elif len(keys) == 2:
            yield self.document.problem((*path, "before"), "A step is after or before, not both.", key=True)
        elif keys and direction and keys[0] != direction:
            message = f"This step is `{keys[0]}:`, the one above it is `{direction}:`."
            yield self.document.problem((*path, keys[0]), message, "Make two rules of them.", key=True)
        elif keys and trigger and allowed and keys[0] not in allowed:
            message = f'Steps of "{trigger.name}" take `{allowed[0]}:`, not `{keys[0]}:`.'
            yield self.document.problem((*path, keys[0]), message, key=True)

    def _conditions(self, rule: dict[str, Any], path: Path, trigger: Trigger | None) -> Iterator[Problem]:
        conditions = block(rule, "if")
        every = {name for one in TRIGGERS.values() for name in one.conditions}
        if "if" in rule and rule["if"] == {}:
            yield self.document.problem(
                (*path, "if"), "There are no conditions.", "Add one, or remove `if:`."
            )
        for name in conditions if trigger else []:
            if name in every and trigger and name not in trigger.conditions:
                message = f'"{name}" cannot be asked of "{trigger.name}".'
                hint = f"It fits: {', '.join(taking(name))}."
                yield self.document.problem((*path, "if", name), message, hint, key=True)
        yield from self._needed(rule, conditions, path, trigger)
        yield from self._contractors(conditions, (*path, "if", "contractor"))

    def _needed(
        self, rule: dict[str, Any], conditions: dict[str, Any], path: Path, trigger: Trigger | None
    ) -> Iterator[Problem]:
        """A streak counts one thing: it needs a condition that says which, and can have no second one."""
        if trigger is None or not trigger.needs:
            return
        counted = [name for name in conditions if name in trigger.needs]
        misspelt = "if" not in rule and stands(rule, "if", _RULE_KEYS)
        if not misspelt and not any(stands(conditions, name, _CONDITIONS) for name in trigger.needs):
            needed = " or ".join(f"`{name}: 5`" for name in sorted(trigger.needs))
            message = f'"{trigger.name}" needs a condition that says of what.'
            yield self.document.problem((*path, "when"), message, f"Add `if:` with {needed}.")
        for second in counted[1:]:
            message = f'"{trigger.name}" counts one thing, and there is `{counted[0]}:` already.'
            yield self.document.problem((*path, "if", second), message, "Make two rules of them.", key=True)

    def _contractors(self, conditions: dict[str, Any], path: Path) -> Iterator[Problem]:
        """Names in a condition are those of contractors: the whole name, or the first one."""
        names = [word(entry.get("name")) for _, entry in blocks(self.document.data, "contractors")]
        allowed = [name for name in names if name] + [first_name_of(name) for name in names if name]
        known = {name.casefold() for name in allowed}
        value = conditions.get("contractor")
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            for one in words(name):
                if one.casefold() not in known:
                    place = (*path, index) if isinstance(value, list) else path
                    several = between_commas(one)
                    hint = did_you_mean(one, dict.fromkeys(allowed), "Contractors")
                    if {part.casefold() for part in several} <= known:
                        hint = f"A list has brackets: {in_brackets(several)}"
                    yield self.document.problem(place, f"{found(one)} is not a contractor.", hint)

    def _letters(self, rule: dict[str, Any], path: Path, trigger: Trigger | None) -> Iterator[Problem]:
        for name, place in _letters(rule, path):
            info = self.templates.get(name)
            if info is None:
                hint = did_you_mean(name, sorted(self.templates), "There are")
                folder, _, rest = name.partition("/")
                if len(folder) == 2 and rest in self.templates:
                    hint += f" The folder {found(folder)} is a language, as all of two letters are."
                yield self.document.problem(place, f"There is no letter {found(name)}.", hint)
                continue
            if name not in self._told:
                self._told.add(name)
                for problem in info.problems:
                    yield self.document.problem(place, f"The letter {found(name)} cannot be used: {problem}")
            yield from self._reader(name, info.reader, place, trigger)
            lacking = (
                info.lacking.get(trigger.name, ()) if trigger and trigger.readers >= {info.reader} else ()
            )
            if lacking:
                facts = " and ".join(f"`{fact}`" for fact in lacking)
                message = (
                    f"The letter {found(name)} speaks of {facts}, which “{word(rule.get('when'))}” never has."
                )
                yield self.document.problem(place, message, "It would never go out. Choose another letter.")

    def _reader(self, name: str, reader: Side, place: Path, trigger: Trigger | None) -> Iterator[Problem]:
        """A letter in front of the wrong eyes is the worst that a rule can do."""
        if name.startswith("owner/") != (reader is Side.OWNER):
            hint = "Letters to you lie in the folder `owner`, and all letters there say `To: owner`."
            message = f"The letter {found(name)} says `To: {reader}`, which does not go with its folder."
            yield self.document.problem(place, message, hint)
        elif trigger and reader not in trigger.readers:
            other = next(iter(trigger.readers))
            message = (
                f'{found(name)} is a letter to the {reader}, but "{trigger.name}" writes to the {other}.'
            )
            yield self.document.problem(place, message, f"Choose a letter that says `To: {other}`.")

    def _approval(self, rule: dict[str, Any], path: Path) -> Iterator[Problem]:
        letters = [name for name, _ in _letters(rule, path)]
        if "approve" in rule and letters and all(name.startswith("owner/") for name in letters):
            message = "There is nothing to approve: this rule writes to you only."
            yield self.document.problem((*path, "approve"), message, "Remove `approve:`.", key=True)


def _letters(rule: dict[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    """The templates that a rule names, each with its place."""
    for key in ("send", "invite"):
        if word(rule.get(key)):
            yield word(rule[key]), (*path, key)
    for index, step in blocks(rule, "steps"):
        if word(step.get("send")):
            yield word(step["send"]), (*path, "steps", index, "send")


def _directions(trigger: Trigger) -> list[str]:
    return [name for name, taken in (("after", trigger.after), ("before", trigger.before)) if taken]


def _taken(trigger: Trigger) -> set[str]:
    steps = trigger.after or trigger.before
    return {
        form
        for form, taken in (("send", trigger.send), ("steps", steps), ("invite", trigger.invite))
        if taken
    }


def _form_hint(trigger: Trigger) -> str:
    if trigger.invite:
        return "Write `invite:` with the letter that goes with the invitation."
    if trigger.send:
        return "Write `send:` with one letter."
    return f"Write `steps:`, each with `{_directions(trigger)[0]}:` and `send:`."
