"""Editors complete and check rules.yaml: a real YAML language server reads the schema that the file names.

`npm install yaml-language-server` puts it beside node; `.ci/run` does so where there is npm.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / ".node" / "node_modules" / ".bin" / "yaml-language-server"
SERVER = str(HERE) if HERE.exists() else shutil.which("yaml-language-server")
pytestmark = pytest.mark.skipif(SERVER is None, reason="yaml-language-server is not installed")


class Editor:
    """As much of an editor as the Language Server Protocol 3.17 asks for."""

    def __init__(self, folder: Path) -> None:
        assert SERVER
        self.folder, self.count = folder, 0
        self.server = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask("initialize", processId=os.getpid(), rootUri=folder.as_uri(), capabilities={})
        self.tell("initialized")

    def tell(self, method: str, **params: Any) -> None:
        self._write({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        self.count += 1
        self._write({"method": method, "params": params, "id": self.count})
        return self._next(lambda x: x.get("id") == self.count and "method" not in x)["result"]

    def open(self, text: str) -> list[dict[str, Any]]:
        """Open a rules file; what the editor underlines in it."""
        self.count += 1
        self.uri = (self.folder / f"rules{self.count}.yaml").as_uri()
        item = {"uri": self.uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=item)
        found = self._next(
            lambda x: x.get("method") == "textDocument/publishDiagnostics" and x["params"]["uri"] == self.uri
        )
        return found["params"]["diagnostics"]

    def offers(self, text: str, line: int, column: int) -> set[str]:
        """What the editor offers at a place, lines and columns from 0."""
        self.open(text)
        place = {"line": line, "character": column}
        items = self.ask("textDocument/completion", textDocument={"uri": self.uri}, position=place)["items"]
        return {item["label"] for item in items}

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def _next(self, wanted: Any) -> dict[str, Any]:
        """The next message that is wanted; what the server asks for meanwhile gets an empty answer."""
        assert self.server.stdout
        while True:
            length = 0
            while line := self.server.stdout.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name == b"Content-Length" else length
            assert length, "the language server has ended"
            message: dict[str, Any] = json.loads(self.server.stdout.read(length))
            if wanted(message):
                return message
            if "id" in message and "method" in message:
                items = message.get("params", {}).get("items", [])
                self._write({"id": message["id"], "result": [None for _ in items]})


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    (tmp_path / "rules").mkdir()
    shutil.copy(ROOT / "rules" / "rules.schema.json", tmp_path / "rules")
    editor = Editor(tmp_path)
    yield editor
    editor.server.kill()
    editor.server.communicate()


FIRST = "# yaml-language-server: $schema=rules/rules.schema.json\n"


@pytest.mark.parametrize("name", ["rules.yaml", "tests/rules/good.yaml", "tests/rules/rules.example.yaml"])
def test_good_files_are_not_underlined(editor, name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert editor.open(text if text.startswith(FIRST) else FIRST + text) == []


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("mode:", "mood:", "mood"),
        ("mode: live", "mode: lively", "live"),
        ("when: contractor replied", "when: contractor replies", "contractor replied"),
        ("    when:", "    wen:", "wen"),
        ("timezone:", "time zone:", "time zone"),
    ],
)
def test_a_slip_is_underlined_on_its_line(editor, good, bad, said):
    text = (ROOT / "rules.yaml").read_text(encoding="utf-8")
    if good.startswith("mode:"):
        text = text.replace("mode: dry-run", "mode: live")
    assert good in text
    line = text[: text.index(good)].count("\n")
    found = editor.open(text.replace(good, bad, 1))
    assert any(said in x["message"] and x["range"]["start"]["line"] == line for x in found), found


def test_keys_and_triggers_are_offered(editor):
    text = (ROOT / "rules.yaml").read_text(encoding="utf-8").rstrip() + "\n"
    lines = text.count("\n")
    assert {"mailbox", "owner", "limits", "temperature"} & editor.offers(FIRST + "m", 1, 1)
    offered = editor.offers(text + "  - name: New\n    when: ", lines + 1, 10)
    assert {"contractor replied", "waiting on owner", "deadline near"} <= {x.strip('"') for x in offered}
    assert {"send", "steps", "if"} <= editor.offers(text + "  - name: New\n    ", lines + 1, 4)
