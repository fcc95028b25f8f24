"""A TinyDB storage over the lines of a live file, in memory: a change is staged here, and then saved as a whole.

TinyDB's own JSONStorage reads and rewrites the whole file, in place, at every call: that costs the more the longer
the history is, and a crash tears the file. Here TinyDB's API works on those documents that a change is about.
"""

from collections.abc import Collection, Mapping

from tinydb.storages import Storage

from store.codec import Doc
from store.lines import changed, documents

Tables = dict[str, dict[str, Doc]]


class StagingStorage(Storage):
    """A live file's content, of which TinyDB sees the documents with these keys, by table."""

    def __init__(self, content: bytes, keys: Mapping[str, Collection[str]]) -> None:
        self.content = content
        self._seen = {table: documents(content, table, those) for table, those in keys.items()}

    def read(self) -> Tables:
        """The documents as staged; TinyDB changes the outer dict that it gets."""
        return dict(self._seen)

    def write(self, data: Tables) -> None:
        """Stage. TinyDB puts new documents in place of old ones, and changes none."""
        for table, docs in data.items():
            seen = self._seen.get(table, {})
            gone = [key for key, doc in seen.items() if docs.get(key) is not doc]
            put = {key: doc for key, doc in docs.items() if seen.get(key) is not doc}
            if gone or put:
                self.content = changed(self.content, table, gone, put)
        self._seen = data
