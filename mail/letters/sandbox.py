"""What a template may do: show facts, choose between words, and go through a list. Nothing else.

How it works: a template is parsed and its tree is read before any of it is compiled. Only the kinds of nodes
listed here are let through: no calls, no assignments, no imports, no arithmetic that grows, and only facts of
the documented table with their documented parts. So an unknown variable is found without rendering, and a
hostile template is a list of problems and never runs. What runs is bounded three times more: by Jinja's own
immutable sandbox, by a count of turns through lists, and by a cap on what comes out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError, nodes, pass_context
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mail.letters.checking import FILTERS, TESTS, left_in, problems_in, stated_in
from mail.letters.facts import FACTS, Fact
from mail.letters.markdown import escape, one_line

MAX_TURNS = 2_000  # through all lists of one letter
MAX_CHARS = 100_000  # of one letter's source, once the facts are in
BUDGET = "_turns"  # a name that no template can say


class RenderingError(Exception):
    """A letter that cannot be written; the message says why, for people."""


class UnknownFact(RenderingError):  # noqa: N818 - a thing that happens, said in its name
    """It states a fact that is not known here, and may be another time."""


class Absent(StrictUndefined):
    """A fact that is not there: false where it is asked for, an error where it would be shown."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]
        return False

    def _fail_with_undefined_error(self, *args: Any, **kwargs: Any) -> Any:
        raise UndefinedError(f"it states {self._undefined_name!r}, which is not known here")

    __str__ = __len__ = __iter__ = __eq__ = __ne__ = __hash__ = _fail_with_undefined_error


class Budget:
    """Turns through lists that a letter may still take."""

    def __init__(self) -> None:
        self.left = MAX_TURNS

    def spend(self) -> None:
        """One turn."""
        self.left -= 1
        if self.left < 0:
            raise RenderingError(f"goes through its lists more than {MAX_TURNS} times")


@pass_context
def _counted(context: Context, items: Iterable[object]) -> Iterator[object]:
    for item in items:
        context[BUDGET].spend()
        yield item


def _shown(value: object) -> object:
    """What `{{ ... }}` puts into a letter's Markdown."""
    return value if isinstance(value, Markup) else escape(_words(value))


def _shown_in_subject(value: object) -> object:
    return one_line(_words(value))


def _words(value: object) -> str:
    if value is None:
        raise UndefinedError("it states something that is empty")
    if isinstance(value, (Mapping, tuple)):
        raise RenderingError("it states a whole group or list; name one part of it, or use `for`")
    return str(value)  # of an absent fact this raises, and says which


class Sandbox:
    """Compiles bodies (facts are escaped for Markdown) and subjects (facts are one line)."""

    def __init__(self) -> None:
        self._body = _environment(_shown, autoescape=True)
        self._subject = _environment(_shown_in_subject, autoescape=False)
        self._trees: dict[
            str, nodes.Template
        ] = {}  # of texts that were checked, until it is asked what they state

    def problems(self, source: str, line: int, facts: Mapping[str, Fact] = FACTS) -> Iterator[str]:
        """What stands in the way of this text, as sentences; `line` is where it begins in its file."""
        yield from (f"line {at + line}: {what}" for at, what in left_in(source))
        try:
            self._trees[source] = tree = self._body.parse(source)
            yield from (f"line {(at or 1) + line - 1}: {what}" for at, what in problems_in(tree, facts))
        except TemplateError as error:
            at = getattr(error, "lineno", 1) or 1
            yield f"line {at + line - 1}: {error.message or 'cannot be understood'}"
        except RecursionError:
            yield f"line {line}: is nested too deeply"
        except ValueError:
            yield f"line {line}: a number in it is too long"

    def needs(self, source: str) -> frozenset[str]:
        """The facts that a sound text states in any case, not only `if` something holds."""
        return stated_in(self._trees.pop(source) if source in self._trees else self._body.parse(source))

    def named(self, source: str) -> frozenset[str]:
        """All facts that a sound text names."""
        return frozenset(find_undeclared_variables(self._body.parse(source)))

    def body(self, source: str) -> Template:
        """A wording, checked before, made ready."""
        return _compiled(self._body, source)

    def subject(self, source: str) -> Template:
        """A subject, checked before, made ready."""
        return _compiled(self._subject, source)


def run(template: Template, facts: Mapping[str, object]) -> str:
    """Render within bounds; RenderingError where a fact is missing or a bound is reached."""
    written: list[str] = []
    size = 0
    try:
        for piece in template.generate({**facts, BUDGET: Budget()}):
            written.append(piece)
            size += len(piece)
            if size > MAX_CHARS:
                raise RenderingError(f"is longer than {MAX_CHARS // 1000} KB")
    except UndefinedError as error:
        raise UnknownFact(str(error)) from None
    except (ValueError, OverflowError):
        raise RenderingError("it reckons with numbers that are too large") from None
    except TypeError:
        raise RenderingError("it compares or adds what does not fit, such as words and a number") from None
    except (TemplateError, RecursionError) as error:
        raise RenderingError(str(error)) from None
    return "".join(written)


def _environment(shown: Callable[[object], object], autoescape: bool) -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=Absent, finalize=shown, autoescape=autoescape, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.clear()
    made.filters = {name: made.filters[name] for name in FILTERS} | {BUDGET: _counted}
    made.tests = {name: made.tests[name] for name in TESTS}
    return made


def _compiled(environment: ImmutableSandboxedEnvironment, source: str) -> Template:
    try:
        tree = environment.parse(source)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, BUDGET, [], [], None, None, lineno=loop.lineno)
        tree.set_environment(environment)
        return environment.from_string(tree)
    except (TemplateError, SyntaxError, RecursionError, ValueError) as error:
        raise RenderingError(f"cannot be understood: {error}") from None
