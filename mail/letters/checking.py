"""A template's tree, read before it is compiled: what no letter may do in it, and which facts it states."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from jinja2 import nodes

from mail.letters.facts import FACTS, Fact
from relationship.subjects import TAGS

FILTERS = ("capitalize", "count", "first", "join", "last", "length", "lower", "trim", "upper")
_OF_WORDS = ("capitalize", "lower", "trim", "upper")
TESTS = ("defined", "undefined", "none", "eq", "ne", "equalto", "gt", "ge", "lt", "le", "in", "odd", "even")
_LOOP = Fact("", parts={name: Fact("") for name in ("index", "index0", "first", "last", "length")})
_SHOWING = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Getattr)
_CHOOSING = (nodes.If, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not)
_COMPARING = (nodes.Compare, nodes.Operand, nodes.Test)
_LISTING = (nodes.For, nodes.Getitem, nodes.List, nodes.Tuple, nodes.Filter)
_ALLOWED = (*_SHOWING, *_CHOOSING, *_COMPARING, *_LISTING, nodes.Concat, nodes.Add, nodes.Sub)
_FILLED_IN = re.compile(r"\{\{.*?(?:\}\}|\Z)|\{%.*?(?:%\}|\Z)|\{#.*?(?:#\}|\Z)", re.DOTALL)
_BRACES = re.compile(r"\{[\s{]{0,9}([a-z_]+)((?:\.[a-z_]+)*)[\s}]*\}")
# A letter that is quoted would say it for its reader.
_TAGS = re.compile(rf"(?<![\w&/])#(?:{'|'.join(TAGS)})\b", re.IGNORECASE)
_WORDS = {nodes.Assign: "`set`", nodes.AssignBlock: "`set`", nodes.FromImport: "`import`", nodes.Mul: "`*`"}


def problems_in(tree: nodes.Template, facts: Mapping[str, Fact]) -> Iterator[tuple[int, str]]:
    """Line and words of everything in the tree that no letter may do, and of every unknown variable."""
    yield from _all(tree, facts)


def left_in(source: str) -> Iterator[tuple[int, str]]:
    """Line (from 0) and words of what would stand in the letter as it was typed, and is surely not meant to."""
    typed = _FILLED_IN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    for found in _BRACES.finditer(typed):
        if meant := _meant(found[1], found[2]):
            what = f"`{found[0]}` is no fact; write it in two braces: `{{{{ {meant} }}}}`"
            yield typed.count("\n", 0, found.start()), what
    for found in _TAGS.finditer(typed):
        what = f"`{found[0]}` may not stand in a letter; link to it, as in `[words]({{{{ links.pause }}}})`"
        yield typed.count("\n", 0, found.start()), what


def _meant(name: str, parts: str) -> str:
    """The fact that a name in single braces was to be; "" where it is none."""
    if name in FACTS:
        return name + parts
    return next((f"{group}.{name}" for group, fact in FACTS.items() if name in fact.parts and not parts), "")


def stated_in(tree: nodes.Template) -> frozenset[str]:
    """The facts that a sound text states in any case, not only `if` something holds."""
    return frozenset(_stated(tree, frozenset()))


def _all(node: nodes.Node, scope: Mapping[str, Fact]) -> Iterator[tuple[int, str]]:
    if not isinstance(node, _ALLOWED):
        word = _WORDS.get(type(node), f"`{type(node).__name__.lower()}`")
        yield node.lineno, f"{word} is not possible in a letter; it shows facts, with `if` and `for`"
    elif isinstance(node, nodes.For):
        yield from _for(node, scope)
    elif isinstance(node, (nodes.Name, nodes.Getattr, nodes.Getitem)):
        yield from _fact(node, scope)
    else:
        if isinstance(node, (nodes.Filter, nodes.Test)):
            yield from _known_word(node)
        if isinstance(node, (nodes.Filter, nodes.Concat)):
            yield from _no_words(node, scope)
        for child in node.iter_child_nodes():
            yield from _all(child, scope)


def _for(node: nodes.For, scope: Mapping[str, Fact]) -> Iterator[tuple[int, str]]:
    listed = _resolve(node.iter, scope)
    if isinstance(listed, str) or not listed.many or not isinstance(node.target, nodes.Name):
        what = listed if isinstance(listed, str) else "`for` goes through one of the documented lists"
        yield node.lineno, what
        return
    if node.recursive:
        yield node.lineno, "`recursive` is not possible in a letter"
    inner = {**scope, node.target.name: Fact(listed.about, parts=listed.parts), "loop": _LOOP}
    for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
        yield from _all(child, inner)


def _fact(node: nodes.Expr, scope: Mapping[str, Fact]) -> Iterator[tuple[int, str]]:
    found = _resolve(node, scope)
    if isinstance(found, str):
        yield node.lineno, found


def _stated(node: nodes.Node, local: frozenset[str]) -> Iterator[str]:
    if isinstance(node, nodes.Name) and node.name not in local:
        yield node.name
    if isinstance(node, (nodes.If, nodes.CondExpr)):
        return
    inner = local | {node.target.name, "loop"} if isinstance(node, nodes.For) else local  # type: ignore[attr-defined]
    for child in node.iter_child_nodes():
        yield from _stated(child, inner)


def _known_word(node: nodes.Filter | nodes.Test) -> Iterator[tuple[int, str]]:
    known = FILTERS if isinstance(node, nodes.Filter) else TESTS
    if node.name not in known:
        hint = _hint(node.name, known)
        yield node.lineno, f"`{node.name}` is not possible in a letter{hint}; there are {', '.join(known)}"


def _no_words(node: nodes.Filter | nodes.Concat, scope: Mapping[str, Fact]) -> Iterator[tuple[int, str]]:
    """Lists and groups where only words make sense: they would be shown as a program sees them."""
    within = node.nodes if isinstance(node, nodes.Concat) else [node.node] if node.node else []
    for one in within:
        fact = _resolve(one, scope) if isinstance(one, (nodes.Name, nodes.Getattr, nodes.Getitem)) else ""
        of_words = isinstance(node, nodes.Concat) or node.name in _OF_WORDS
        listed = isinstance(node, nodes.Filter) and node.name in ("join", "first", "last")
        if isinstance(fact, Fact) and (fact.parts or (fact.many and of_words)) and (of_words or listed):
            word = "`~`" if isinstance(node, nodes.Concat) else f"`{node.name}`"
            yield (
                node.lineno,
                f"{word} does not go with a whole group or list; name one part of it, or use `for`",
            )


def _resolve(node: nodes.Node, scope: Mapping[str, Fact]) -> Fact | str:
    """The fact that a name stands for, or what is wrong with the name."""
    if isinstance(node, nodes.Name):
        if node.name in scope:
            return scope[node.name]
        return f"unknown variable `{node.name}`{_hint(node.name, scope) or _whole_name(node.name, scope)}"
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


def _whole_name(part: str, scope: Mapping[str, Fact]) -> str:
    """Who writes `first_name` knows the fact, and not the group that it stands in."""
    groups = (name for name, fact in scope.items() if not fact.many and part in fact.parts)
    whole = next(groups, "")
    return f" (did you mean `{whole}.{part}`?)" if whole else ""


def _hint(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean `{close[0]}`?)" if close else ""
