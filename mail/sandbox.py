"""What a template may do: show facts, choose between words, and go through a list. Nothing else.

How it works: a template is parsed and its tree is read before any of it is compiled. Only the kinds of nodes
listed here are let through: no calls, no assignments, no imports, no arithmetic that grows, and only facts of
the documented table with their documented parts. So an unknown variable is found without rendering, and a
hostile template is a list of problems and never runs. What runs is bounded three times more: by Jinja's own
immutable sandbox, by a count of turns through lists, and by a cap on what comes out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, UndefinedError, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from mail.facts import FACTS, Fact
from mail.markdown import escape, one_line

MAX_TURNS = 2_000  # through all lists of one letter
MAX_CHARS = 100_000  # of one letter's source, once the facts are in
BUDGET = "_turns"  # a name that no template can say
FILTERS = ("capitalize", "count", "first", "join", "last", "length", "lower", "trim", "upper")
TESTS = ("defined", "undefined", "none", "eq", "ne", "equalto", "gt", "ge", "lt", "le", "in", "odd", "even")
_LOOP = Fact("", parts={name: Fact("") for name in ("index", "index0", "first", "last", "length")})
_SHOWING = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr)
_CHOOSING = (
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Test,
)
_LISTING = (nodes.For, nodes.Getitem, nodes.List, nodes.Tuple, nodes.Filter)
_ALLOWED = (*_SHOWING, *_CHOOSING, *_LISTING, nodes.Concat, nodes.Add, nodes.Sub)
_WORDS = {nodes.Assign: "`set`", nodes.AssignBlock: "`set`", nodes.FromImport: "`import`", nodes.Mul: "`*`"}


class RenderingError(Exception):
    """A letter that cannot be written; the message says why, for people."""


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

    def __init__(self, turns: int = MAX_TURNS) -> None:
        self.left = turns

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
    if isinstance(value, Absent):
        return str(value)  # raises, and says which fact
    if value is None:
        raise UndefinedError("it states something that is empty")
    return value if isinstance(value, Markup) else escape(str(value))


def _shown_in_subject(value: object) -> object:
    return one_line(str(value))


class Sandbox:
    """Compiles bodies (facts are escaped for Markdown) and subjects (facts are one line)."""

    def __init__(self) -> None:
        self._body = _environment(_shown, autoescape=True)
        self._subject = _environment(_shown_in_subject, autoescape=False)

    def problems(self, source: str, line: int, facts: Mapping[str, Fact] = FACTS) -> Iterator[str]:
        """What stands in the way of this text, as sentences; `line` is where it begins in its file."""
        try:
            tree = self._body.parse(source)
            yield from (f"line {at + line - 1}: {what}" for at, what in _Reader(facts).read(tree))
        except TemplateError as error:
            at = getattr(error, "lineno", 1) or 1
            yield f"line {at + line - 1}: {error.message or 'cannot be understood'}"
        except RecursionError:
            yield f"line {line}: is nested too deeply"

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
    except (TemplateError, TypeError, RecursionError) as error:
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
    except (TemplateError, SyntaxError, RecursionError) as error:
        raise RenderingError(f"cannot be understood: {error}") from None


class _Reader:
    """Reads a template's tree and tells what is not allowed, with its line."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = facts

    def read(self, tree: nodes.Template) -> Iterator[tuple[int, str]]:
        yield from self._all(tree, dict(self._facts))

    def _all(self, node: nodes.Node, scope: dict[str, Fact]) -> Iterator[tuple[int, str]]:
        if not isinstance(node, _ALLOWED):
            word = _WORDS.get(type(node), f"`{type(node).__name__.lower()}`")
            yield (
                node.lineno,
                f"{word} is not possible in a letter; it can show facts, and use `if` and `for`",
            )
        elif isinstance(node, nodes.For):
            yield from self._for(node, scope)
        elif isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
            yield from self._fact(node, scope)
        else:
            if isinstance(node, (nodes.Filter, nodes.Test)):
                yield from _known_word(node)
            for child in node.iter_child_nodes():
                yield from self._all(child, scope)

    def _for(self, node: nodes.For, scope: dict[str, Fact]) -> Iterator[tuple[int, str]]:
        listed = _resolve(node.iter, scope)
        if isinstance(listed, str) or not listed.many or not isinstance(node.target, nodes.Name):
            what = listed if isinstance(listed, str) else "`for` goes through one of the documented lists"
            yield node.lineno, what
            return
        if node.recursive:
            yield node.lineno, "`recursive` is not possible in a letter"
        inner = {**scope, node.target.name: Fact(listed.about, parts=listed.parts), "loop": _LOOP}
        for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
            yield from self._all(child, inner)

    def _fact(self, node: nodes.Expr, scope: dict[str, Fact]) -> Iterator[tuple[int, str]]:
        found = _resolve(node, scope)
        if isinstance(found, str):
            yield node.lineno, found


def _known_word(node: nodes.Filter | nodes.Test) -> Iterator[tuple[int, str]]:
    known = FILTERS if isinstance(node, nodes.Filter) else TESTS
    if node.name not in known:
        hint = _hint(node.name, known)
        yield node.lineno, f"`{node.name}` is not possible in a letter{hint}; there are {', '.join(known)}"


def _resolve(node: nodes.Node, scope: Mapping[str, Fact]) -> Fact | str:
    """The fact that a name stands for, or what is wrong with the name."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name) or f"unknown variable `{node.name}`{_hint(node.name, scope)}"
    if isinstance(node, nodes.Getitem):
        whole = _resolve(node.node, scope)
        if isinstance(whole, Fact) and whole.many and _is_number(node.arg):
            return Fact(whole.about, parts=whole.parts)
        return whole if isinstance(whole, str) else "`[...]` takes a number, and only after a list"
    if not isinstance(node, nodes.Getattr):
        return "only a documented fact can stand before a dot"
    whole = _resolve(node.node, scope)
    if isinstance(whole, str):
        return whole
    name = _path(node)
    parts = {} if whole.many else whole.parts
    return parts.get(node.attr) or f"unknown variable `{name}`{_hint(node.attr, parts)}"


def _is_number(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and type(node.value) is int


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "..."


def _hint(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean `{close[0]}`?)" if close else ""
