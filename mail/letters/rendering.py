"""Letters from templates and facts: which file is taken, whether it is sound, and what it says."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from os.path import realpath
from pathlib import Path

from jinja2 import Template

from mail.letters import templates
from mail.letters.facts import FACTS, GIVEN
from mail.letters.markdown import Markdown, is_leftward, one_line, to_html, to_text
from mail.letters.samples import sample_facts
from mail.letters.sandbox import RenderingError, Sandbox, UnknownFact, run
from mail.letters.templates import TemplateFile
from relationship.facts.messages import Side
from relationship.parties import language_alone
from relationship.templates import TemplateIndex, TemplateInfo

BUILT_IN = Path(__file__).resolve().parents[2] / "templates"
MAX_SUBJECT = 200  # characters
MAX_ITEMS = 1_000  # of one list of facts; what is beyond is not shown, and news has hardly so many lines
MAX_FACT = 4_000  # characters of one fact

__all__ = ["BUILT_IN", "Markdown", "Rendered", "RenderingError", "Templates"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a letter says, before it becomes a mail."""

    reader: Side
    subject: str  # one line; the template's own
    markdown: Markdown
    text: str
    html: str  # inner HTML of the body
    wording: int  # which of the wordings it is
    language: str  # of the file that was taken
    sketch: bool = False  # nobody will read it: it has no text and no HTML


class Templates:
    """All templates of some folders: the user's own first, then the built-in ones.

    With `sketch` letters are worked out as far as it takes to know that they can be written, and no further.
    """

    def __init__(self, folders: Sequence[Path] = (BUILT_IN,), sketch: bool = False) -> None:
        self._sketch = sketch
        # Where rules.yaml is the project's own, the letters beside it are the built-in ones, and perhaps the owner's.
        there = (BUILT_IN if Path(realpath(one)) == BUILT_IN else one for one in folders)
        self._folders = tuple(dict.fromkeys(there))
        self._tries_all = len(self._folders) < len(folders)
        self._sandbox = Sandbox()
        self._read: dict[str, list[TemplateFile]] = {}
        self._compiled: dict[tuple[Path, int], Template] = {}
        self._taken: dict[tuple[str, str], TemplateFile] = {}  # by name and language
        self._named: dict[tuple[Path, int], frozenset[str]] = {}

    def index(self) -> TemplateIndex:
        """Name, reader and problems of every letter; nothing is rendered."""
        return self._index

    def readers(self) -> dict[str, Side]:
        """Who reads each letter."""
        return {name: info.reader for name, info in self._index.items()}

    @cached_property
    def _index(self) -> TemplateIndex:
        return {name: self._info(name, self._files(name)) for name in self._paths}

    def render(self, name: str, language: str, wording: int, facts: Mapping[str, object]) -> Rendered:
        """One letter; `wording` is an index, modulo their number. RenderingError says what is wrong."""
        file = self._chosen(name, language)
        if file.problems:
            raise RenderingError(f"the letter {name} has a problem: {file.problems[0]}")
        index = wording % len(file.wordings)
        known = _plain(facts)
        try:
            subject = self._run(file, -1, known)
            markdown = Markdown(self._run(file, index, known).strip())
        except RenderingError as error:
            raise RenderingError(f"the letter {name} cannot be written: {error}") from None
        return Rendered(
            file.reader,
            one_line(subject)[:MAX_SUBJECT],
            markdown,
            "" if self._sketch else to_text(markdown),
            "" if self._sketch else to_html(markdown, apart=not is_leftward(file.wordings[index].source)),
            index,
            file.language or "en",
            self._sketch,
        )

    def _lacking(self, files: Sequence[TemplateFile]) -> dict[str, tuple[str, ...]]:
        """By trigger, facts that the letter always states and that a rule with this trigger never has."""
        pieces = (piece for file in files if not file.problems for piece in (file.subject, *file.wordings))
        needed = {fact for piece in pieces for fact in self._sandbox.needs(piece.source)}
        return {name: tuple(sorted(needed - given)) for name, given in GIVEN.items() if needed - given}

    def facts_in(self, name: str, language: str, wording: int) -> frozenset[str]:
        """The facts that a letter names in its subject and this wording, whether it will state them or not."""
        file = self._chosen(name, language)
        key = file.path, wording % len(file.wordings) if file.wordings else 0
        if key not in self._named:
            pieces = (file.subject, *file.wordings[key[1] : key[1] + 1])
            found = (self._sandbox.named(piece.source) for piece in pieces if not file.problems)
            self._named[key] = frozenset().union(*found)
        return self._named[key]

    def may_state(self, name: str, facts: Collection[str]) -> bool:
        """Whether a letter, in whatever language, has a word for one of these facts."""
        pieces = (piece.source for file in self._files(name) for piece in (file.subject, *file.wordings))
        return any(fact in source for source in pieces for fact in facts)

    def written_in(self, name: str, language: str, locale: str) -> str:
        """The language of the letter that a reader of `language` gets: its facts and its footer are in it too.

        That of its folder. A letter of the owner's own in no such folder is taken to be in the owner's language,
        by their `locale:`, where the reader speaks it; else in English.
        """
        file = self._chosen(name, language)
        spoken = language_alone(language)
        return file.language or (spoken if _is_own(file) and spoken == language_alone(locale) else "en")

    def wordings(self, name: str, language: str) -> int:
        """How many wordings the letter has."""
        return len(self._chosen(name, language).wordings)

    def _run(self, file: TemplateFile, index: int, facts: Mapping[str, object]) -> str:
        key = (file.path, index)
        if key not in self._compiled:
            sandbox = self._sandbox
            self._compiled[key] = (
                sandbox.subject(file.subject.source)
                if index < 0
                else sandbox.body(file.wordings[index].source)
            )
        return run(self._compiled[key], facts)

    @cached_property
    def _paths(self) -> Mapping[str, list[tuple[str, Path]]]:
        """Language and path of each letter's files, in the folders' order."""
        found: dict[str, list[tuple[str, Path]]] = {}
        for name, language, path in templates.find(self._folders):
            found.setdefault(name, []).append((language, path))
        return found

    def _files(self, name: str) -> list[TemplateFile]:
        """A letter's files, read and checked once."""
        if name not in self._read:
            found = self._paths.get(name, [])
            self._read[name] = [self._checked(templates.read(name, *where)) for where in found]
        return self._read[name]

    def _checked(self, file: TemplateFile) -> TemplateFile:
        problems = [
            problem
            for piece in (file.subject, *file.wordings)
            for problem in self._sandbox.problems(piece.source, piece.line, FACTS)
        ]
        own = self._tries_all or _is_own(file)
        if own and not problems and not file.problems:
            problems = [*self._tried(file)]
        return file if not problems else _with_problems(file, problems)

    def _tried(self, file: TemplateFile) -> Iterator[str]:
        """What goes wrong in a letter of the owner's own where all facts are known."""
        known = _plain(sample_facts(file.name, file.language or "en"))
        for index, piece in enumerate((file.subject, *file.wordings), -1):
            try:
                self._run(file, index, known)
            except UnknownFact:
                continue  # of some facts there is no example
            except RenderingError as error:
                yield f"line {piece.line}: {error}"

    def _chosen(self, name: str, language: str) -> TemplateFile:
        """The first folder that has the letter, and of its files the one in the reader's language."""
        if (name, language) not in self._taken:
            self._taken[name, language] = self._choice(name, language)
        return self._taken[name, language]

    def _choice(self, name: str, language: str) -> TemplateFile:
        files = self._files(name)
        if not files:
            raise RenderingError(f"there is no letter {name!r}")
        for folder in self._folders:
            here = {file.language: file for file in files if file.path.is_relative_to(folder)}
            for wanted in (language, language_alone(language), "", "en"):
                if wanted in here:
                    return here[wanted]
        raise RenderingError(f"the letter {name} is not there in {language!r}, nor without a language")

    def _info(self, name: str, files: list[TemplateFile]) -> TemplateInfo:
        main = next((file for file in files if not file.language), files[0])
        problems = [_told(file, problem) for file in files for problem in file.problems]
        if main.language:
            problems.append(f"is there in {main.language!r} only: {name}.md is missing")
        problems += [
            _told(file, f"is to the {file.reader}, but {name}.md is to the {main.reader}")
            for file in files
            if file.reader is not main.reader and not file.problems
        ]
        languages = frozenset(file.language or ("" if _is_own(file) else "en") for file in files)
        return TemplateInfo(name, main.reader, tuple(problems), self._lacking(files), languages)


def _is_own(file: TemplateFile) -> bool:
    """Whether it is one of the owner's, and none that comes along."""
    return not file.path.is_relative_to(BUILT_IN)


def _with_problems(file: TemplateFile, problems: list[str]) -> TemplateFile:
    more = (*file.problems, *problems)
    return TemplateFile(file.name, file.language, file.path, file.reader, file.subject, file.wordings, more)


def _told(file: TemplateFile, problem: str) -> str:
    return f"{file.language}: {problem}" if file.language else problem


def _plain(facts: Mapping[str, object]) -> dict[str, object]:
    """Facts as plain words, numbers, lists and groups; what is empty is left out, as if it were not known."""
    return {
        name: plain for name, value in facts.items() if (plain := _value(value)) not in (None, "", (), {})
    }


def _value(value: object) -> object:
    if value is None or isinstance(value, (Markdown, int)):
        return value
    if isinstance(value, str):
        return one_line(value)[:MAX_FACT].strip()
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, date):
        raise TypeError("a fact is words: dates are written by mail/letters/wording.py")
    if isinstance(value, Sequence):
        return tuple(_value(item) for item in value[:MAX_ITEMS])
    raise TypeError(f"a fact is words, a number, a list or a group, not {type(value).__name__}")
