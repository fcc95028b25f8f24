"""Which folders are read: by special use where the server announces it (RFC 6154), else by usual names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ALL, DRAFTS, JUNK, SENT, TRASH = "\\all", "\\drafts", "\\junk", "\\sent", "\\trash"
_VIEWS = ("\\flagged", "\\important")  # mail that lies in other folders as well (RFC 6154, RFC 8457)
NO_SELECT = "\\noselect"
_UNREADABLE = frozenset((NO_SELECT, "\\nonexistent"))

# What mail programs and providers call them where the server announces no special use; compared case-folded.
_NAMES = {
    DRAFTS: (
        "drafts|draft|entwürfe|brouillons|borradores|bozze|rascunhos|concepten|utkast|kladder|"
        "luonnokset|szkice|koncepty|piszkozatok|taslaklar|черновики|чернетки|πρόχειρα|טיוטות|"
        "المسودات|下書き|草稿|草稿箱|임시보관함"
    ),
    JUNK: (
        "junk|junk email|junk e-mail|spam|bulk mail|junk-e-mail|spamverdacht|unerwünscht|"
        "courrier indésirable|indésirables|pourriel|correo no deseado|no deseado|"
        "posta indesiderata|indesiderata|lixo eletrônico|lixo|lixo electrónico|ongewenste e-mail|"
        "ongewenst|skräppost|søppelpost|uønsket mail|roskaposti|wiadomości-śmieci|"
        "nevyžádaná pošta|levélszemét|önemsiz e-posta|спам|нежелательная почта|небажана пошта|"
        "迷惑メール|垃圾邮件|垃圾郵件|정크 메일|스팸"
    ),
    SENT: (
        "sent|sent items|sent messages|sent mail|sent-mail|gesendet|gesendete elemente|"
        "gesendete objekte|envoyés|messages envoyés|éléments envoyés|enviados|elementos enviados|"
        "mensajes enviados|itens enviados|inviati|posta inviata|inviata|verzonden|"
        "verzonden items|skickat|skickade|sendt|sendte elementer|sendt post|lähetetyt|wysłane|"
        "elementy wysłane|odeslaná pošta|odeslané|elküldött|gönderilmiş öğeler|gönderilenler|"
        "отправленные|надіслані|送信済み|送信済みアイテム|已发送|已发送邮件|寄件備份|보낸편지함"
    ),
    TRASH: (
        "trash|bin|deleted items|deleted messages|deleted|papierkorb|gelöschte elemente|"
        "gelöschte objekte|gelöscht|corbeille|éléments supprimés|messages supprimés|papelera|"
        "elementos eliminados|eliminados|lixeira|itens excluídos|itens eliminados|cestino|"
        "posta eliminata|prullenbak|verwijderde items|verwijderd|papperskorgen|borttaget|"
        "papirkurv|slettet post|slettede elementer|roskakori|poistetut|kosz|elementy usunięte|"
        "koš|odstraněná pošta|lomtár|törölt elemek|çöp kutusu|silinmiş öğeler|корзина|удаленные|"
        "удалённые|кошик|видалені|ごみ箱|ゴミ箱|已删除|已删除邮件|垃圾桶|刪除的郵件|휴지통"
    ),
}


_KNOWN = {use: frozenset(names.split("|")) for use, names in _NAMES.items()}


@dataclass(frozen=True, slots=True)
class Folder:
    """One line of the server's list."""

    name: str
    delimiter: str  # "" in a flat list
    attributes: frozenset[str]  # lower case, with the backslash

    @property
    def readable(self) -> bool:
        """Whether there can be mail in it."""
        return not self.attributes & _UNREADABLE

    def inside(self, outer: "Folder") -> bool:
        """Whether this folder is the other one, or lies in it."""
        return self.name == outer.name or (
            bool(self.delimiter) and self.name.startswith(outer.name + self.delimiter)
        )


@dataclass(frozen=True, slots=True)
class FolderState:
    """How far a folder has grown."""

    name: str
    uidvalidity: int
    uidnext: int
    modseq: int = 0  # HIGHESTMODSEQ (RFC 7162); 0 where the server has none


def readable(folders: Iterable[Folder]) -> tuple[str, ...]:
    """Every folder that can hold mail."""
    return tuple(folder.name for folder in folders if folder.readable)


def chosen(folders: Sequence[Folder], wanted: Sequence[str]) -> tuple[str, ...]:
    """Those that are read: as configured, else the default. A ValueError names the missing and the existing."""
    if not wanted:
        return _default(folders)
    there = {_key(name): name for name in readable(folders)}
    missing = [name for name in wanted if _key(name) not in there]
    if missing:
        known = _listed(sorted(there.values()))
        raise ValueError(f"there is no folder {_listed(missing)} in the mailbox; write one of: {known}")
    return tuple(dict.fromkeys(there[_key(name)] for name in wanted))


def with_use(folders: Sequence[Folder], use: str) -> str | None:
    """The folder with this special use: as announced, else by its name, the outermost one first."""
    announced = [folder for folder in folders if use in folder.attributes and folder.readable]
    named = [folder for folder in folders if _well_named(folder, use) and folder.readable]
    found = announced or sorted(named, key=lambda folder: (len(folder.name), folder.name))
    return found[0].name if found else None


def sent(folders: Iterable[Folder]) -> frozenset[str]:
    """Every folder that sent mail may lie in: mail programs keep their own ones beside the one that is announced."""
    return frozenset(
        folder.name for folder in folders if SENT in folder.attributes or _well_named(folder, SENT)
    )


def _default(folders: Sequence[Folder]) -> tuple[str, ...]:
    everything = with_use(folders, ALL)
    if everything:
        return (everything,)
    left_out = _left_out(folders)
    return tuple(
        folder.name
        for folder in folders
        if folder.readable and not any(folder.inside(outer) for outer in left_out)
    )


def _left_out(folders: Sequence[Folder]) -> list[Folder]:
    uses = {use: _with_use(folders, use) for use in (TRASH, DRAFTS, JUNK)}
    views = [folder for folder in folders if folder.attributes.intersection(_VIEWS)]
    left_out = [folder for found in uses.values() for folder in found] + views
    return [folder for folder in left_out if folder.name != "INBOX"]  # some list it with every flag there is


def _with_use(folders: Sequence[Folder], use: str) -> list[Folder]:
    announced = [folder for folder in folders if use in folder.attributes]
    return announced or [folder for folder in folders if _well_named(folder, use)]


def _well_named(folder: Folder, use: str) -> bool:
    """Whether the last part of the name is a usual one, at the top or just below INBOX (Courier, Cyrus)."""
    parts = folder.name.split(folder.delimiter) if folder.delimiter else [folder.name]
    if parts[0].upper() == "INBOX":
        parts = parts[1:]
    return len(parts) == 1 and parts[0].casefold() in _KNOWN.get(use, frozenset())


def _key(name: str) -> str:
    """INBOX is the one name without a case (RFC 3501, 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
