"""YAML with positions: plain data, and where in the file each piece of it stands.

PyYAML's `compose` gives nodes with marks; its own `load` is not used, because it reads YAML 1.1, where
`21:00` is a number and `NO` is false. Scalars are read by the core schema of YAML 1.2 (10.3.2) instead. A
file can be hostile or just broken: size, depth and aliases are bounded before anything is unfolded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from rules.format.problems import Fault, Path, PolicyErrors, Problem, found, spell
from rules.format.syntax import decode, explain, line_of

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]
Place = tuple[int, int]  # line and column, from 1

MAX_DEPTH = 40  # the grammar needs 5; the composer recurses in C, where depth ends the process
MAX_NODES = 200_000  # thousands of contractors; a few nested aliases can unfold into billions
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_TAGS = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"str", "int", "float", "bool", "null", "seq", "map", "timestamp", "merge", "value"}


@dataclass
class Document:
    """What the file holds. `problems` are those that leave the rest readable, such as a key given twice."""

    data: Plain = None
    text: str = ""
    values: dict[Path, Place] = field(default_factory=dict)  # where a value begins
    keys: dict[Path, Place] = field(default_factory=dict)  # where the key that holds it begins
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path, *, key: bool = False) -> Place:
        """Where a path stands; of a path that is not in the file, its nearest parent."""
        while path:
            if key and path in self.keys:
                return self.keys[path]
            if path in self.values:
                return self.values[path]
            path = path[:-1]
        return self.values.get((), (1, 1))

    def is_note(self, path: Path) -> bool:
        """Whether nothing stands there but a note: `name: #1`."""
        line, column = self.place(path)
        return line_of(self.text, line - 1)[column - 1 :].lstrip().startswith("#")

    def problem(self, path: Path, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """A problem at a path."""
        line, column = self.place(path, key=key)
        if path and isinstance(path[-1], int) and path not in self.values:
            path = path[:-1]  # a lone value that stands for a list of one
        return Problem(line, column, spell(path), message, hint)


def read(source: str | bytes, begins: str = "Begin with `mode:` and `mailbox:`.") -> Document:
    """The document of a text; PolicyErrors where it is no YAML that can be read. `begins` is told of an empty one."""
    text = decode(source)
    try:
        _check_depth(text)
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise PolicyErrors((explain(error, text),)) from None
    if node is None:
        raise PolicyErrors((Problem(1, 1, "", "The file is empty.", begins),))
    _check_size(node)
    document = Document(text=text)
    document.data = _Reading(document).plain(node, ())
    return document


def _check_depth(text: str) -> None:
    depth = 0
    for event in _events(text):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line, column = _place(event)
            raise PolicyErrors((Problem(line, column, "", "This is nested too deeply to be a rules file."),))


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=yaml.CSafeLoader)


def _check_size(root: yaml.Node) -> None:
    """Sum up what aliases unfold into, each node visited once."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        if id(node) in open_nodes:
            raise _too_much(node, "This contains itself.")
        if id(node) not in sizes:
            open_nodes.add(id(node))
            sizes[id(node)] = 1 + sum(size(child) for child in _children(node))
            open_nodes.discard(id(node))
        if sizes[id(node)] > MAX_NODES:
            raise _too_much(node, "This unfolds into more than a rules file can hold.")
        return sizes[id(node)]

    size(root)


def _too_much(node: yaml.Node, message: str) -> PolicyErrors:
    line, column = _place(node)
    hint = "Write the values out instead of repeating them with & and *."
    return PolicyErrors((Problem(line, column, "", message, hint),))


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _place(marked: yaml.Node | yaml.Event) -> Place:
    mark = marked.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _Reading:
    """Nodes to plain data, noting places and problems on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document

    def plain(self, node: yaml.Node, path: Path) -> Plain:
        self.document.values[path] = _place(node)
        self._check_tag(node, path)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*path, index)) for index, child in enumerate(node.value)]
        quoted = getattr(node, "style", None) in ("'", '"', "|", ">")
        return str(node.value) if quoted else scalar(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Plain]:
        data: dict[str, Plain] = {}
        for key_node, value_node in self._own(node, path):
            try:
                key = self._key(key_node)
            except Fault as fault:
                self._complain(key_node, path, fault)
                continue
            if key in data:
                first = self.document.keys[(*path, key)][0]
                self._complain(key_node, (*path, key), Fault(f'"{key}" stands twice; first in line {first}.'))
                continue
            self.document.keys[(*path, key)] = _place(key_node)
            data[key] = self.plain(value_node, (*path, key))
        return data

    def _own(self, node: yaml.MappingNode, path: Path) -> list[tuple[yaml.Node, yaml.Node]]:
        """What belongs to a block: not what begins anew with its first key, an entry that lacks its dash."""
        keys = [key.value if isinstance(key, yaml.ScalarNode) else "" for key, _ in node.value]
        anew = keys.index(keys[0], 1) if keys[:1] and keys[0] in keys[1:] else len(keys)
        if path and isinstance(path[-1], int) and sum(key in keys[:anew] for key in keys[anew:]) > 1:
            line = _place(node.value[0][0])[0]
            message = f'"{keys[anew]}" stands twice; first in line {line}.'
            hint = "If another entry begins here, begin it with `- `."
            self._complain(node.value[anew][0], (*path, keys[anew]), Fault(message, hint))
            return list(node.value[:anew])
        return list(node.value)

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise Fault(
                "A list or a block stands where a key is expected.", "Keys are words, such as `name:`."
            )
        if node.value == "<<":
            raise Fault('"<<" (merging) is not part of YAML 1.2.', "Write the keys out.")
        return str(node.value)

    def _check_tag(self, node: yaml.Node, path: Path) -> None:
        if node.tag.removeprefix(_TAGS) not in _PLAIN_TAGS:
            shown = node.tag.replace(_TAGS, "!!")
            self._complain(node, path, Fault(f"The tag {found(shown)} has no meaning here.", "Remove it."))

    def _complain(self, node: yaml.Node, path: Path, fault: Fault) -> None:
        line, column = _place(node)
        self.document.problems.append(Problem(line, column, spell(path), fault.message, fault.hint))


def scalar(text: str) -> Plain:
    """A plain scalar by the core schema of YAML 1.2; `21:00`, `NO`, `on` and dates are text."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
