"""How mail servers write that a mail could not be delivered, where they follow no standard.

The wordings are of the servers that people meet: Postfix, Exim, sendmail, qmail and its kin (Yahoo,
Rediff), Exchange and Outlook in many languages, Lotus Domino, GroupWise, MDaemon, Google, mail.ru, Sina.
"""

import re
from functools import lru_cache

from mail.reading.syntax.addresses import addresses_in
from mail.reading.syntax.headers import decode_value
from mail.reading.syntax.parsing import Mail

# How much a sender looks like a mail server.
NOBODY, POSSIBLE, LIKELY, SERVER, DAEMON = 0, 1, 2, 3, 4  # nobody writes from a daemon's address
# By the local part of the address, and the "@" or what stands for it; the strongest first.
_SENDER = re.compile(
    r"(mail(?:[-_.]?er)?[-_. ]?daemon\w*[\\@])|"
    r"((?:mail[-_.]?er[-_.]?daemon\w*|mailer_daemon|post[-_.\\]?master\w*|mail[-_.]?daemon|mdaemon|mmdf|"
    r"mail[-_.]delivery(?:[-_.]?(?:sub)?system)?|mail[-_.]?system|microsoftexchange[0-9a-f]+|"
    r"smtp[-_.]?daemon)[\\@])|"
    r"((?:mail[-_.]?admin\w*|mailadm|mail[-_.]?router|undeliver\w*|bounces?(?:[-+_.].*)?|returned|imss|autobot|mailmaster|"
    r"\"?system[-_. ]?administrator\"?|smtpd?|inetgw\d*|e500.*|symantec.*)@)|"
    r"((?:noreply|no-reply|donotreply|admin|.+-admin|administrator|root)@)",
    re.IGNORECASE,
)
_STRENGTHS = (NOBODY, DAEMON, SERVER, LIKELY, POSSIBLE)  # by the number of the group
_NAME = re.compile(
    r"mailer[- _]?daemon|mail delivery|delivery (?:sub)?system|post ?master|system administrator|"
    r"mail administrator|"
    r"system attendant|mail system|mail service|internet mail|mail router|message router|mail ?server|"
    r"microsoft (?:exchange|outlook)|antivirus|mail gateway|smtp gateway|non[- ]?delivery|jetmail|"
    r"returned mail|"
    r"mdaemon|smtp_mail_service|webshield|interscan|mail daemon|message transfer agent|mailsystem"
)  # in lower case: a search without regard to case takes five times as long
_ANSWER = re.compile(
    r"\s*(?:\[[^\[\]]{1,40}\]\s*)?(?:re|aw|sv|antw|fwd?|wg|tr|rv|fw)\s*(?:\[\d+\])?:", re.IGNORECASE
)
# Subjects that servers write and people do not, and the first sentences of their reports.
_SURE_SUBJECT = re.compile(
    r"\s*(?:\[[^\[\]]{1,40}\]\s*)?(?:undelivered mail returned|undeliverable(?: mail| message)?(?:$|:)|"
    r"returned mail(?:$|:| -)|"
    r"mail delivery (?:failed|failure|problem|error|system)|message delivery failure|"
    r"delivery (?:status )?notification|"
    r"delivery (?:failure|report|has failed|error)|failure (?:notice|delivery)|delayed mail|"
    r"mail system error|"
    r"warning: (?:message|could not send)|permanent delivery failure|non[- ]delivery|"
    r"mail could not be delivered|"
    r"mail (?:failed|not delivered)|email delivery (?:error|failure)|message (?:delayed|undeliverable)|"
    r"nondeliverable mail|undelivered mail|could not deliver|unable to deliver|message not delivered|"
    r"failed mail|"
    r"unzustellbar|nicht zustellbar|non remis|no se puede entregar|não é possível entregar|non recapitabile|"
    r"onbestelbaar|не доставлено|недоставленное|配信不能|配信不可|无法传递|未傳遞|배달되지 않음|"
    r"returned to sender|rejected mail|"
    r"automatically rejected mail|(?:e-?mail )?bounce notification|deferral notice|"
    r"there was an error sending your mail|\W*message you sent (?:was )?blocked|not member article from|"
    r"не удалось доставить|det går inte att leverera|kan (?:ikke|inte) lever|niet bezorgd|niedostarczaln|nedoručiteln|"
    r"teslim edilemedi|メールエラー|benachrichtigung zum übermittlungsstatus|notification d'état de remise|"
    r"notificación de estado de entrega|échec de remise|olevererbar|ikke leverbar)",
    re.IGNORECASE,
)
_SURE_WORDING = re.compile(
    r"this is the qmail-send program|i'm afraid i wasn't able to deliver|"
    r"created automatically by mail delivery|"
    r"this is the (?:mail system|postfix program|sendmail|mail delivery)|"
    r"this is an automatically generated delivery status|"
    r"did not reach (?:some or all of )?(?:the |its |their )?(?:intended )?recipient|"
    r"delivery to the following recipients? (?:has )?(?:been )?(?:failed|delayed)|"
    r"(?:your|a|the) (?:e-?mail |mail )?message (?:that you sent )?(?:\S+ ){0,6}(?:could not|couldn't|"
    r"cannot|was not|wasn't|can't)"
    r" (?:be )?(?:able to be )?(?:delivered|sent)|"
    r"following (?:e-?mail )?address(?:es)?(?:\(es\))? (?:had (?:permanent|transient|delivery)|failed)|"
    r"transcript of (?:the )?session follows|the original message was received at|"
    r"returned message (?:follows|below)|"
    r"your (?:e-?mail |mail )?message (?:to \S+ )?(?:was|has been|is|can ?not be|cannot be|could not be) "
    r"(?:automatically )?(?:rejected|returned|undeliver|delivered|delayed)|"
    r"unable to deliver (?:your |the |this )?(?:mail |e-?mail )?message|(?:sorry|"
    r"unfortunately),? (?:\S+ ){0,6}not able to deliver|"
    r"message could not be delivered|attempts? to deliver (?:your|the) (?:mail |e-?mail )?message|"
    r"the following recipients? could not be reached|nondeliverable|undeliverable (?:mail|message|"
    r"recipients?|to)|"
    r"konnte nicht zugestellt werden|konnten nicht zugestellt werden|übermittlung an folgende empfänger|"
    r"error message below:\s*5\d\d|"
    r"n'a pas pu etre d|n'a pas pu être (?:remis|distribu|délivr|livr)|no se ha podido entregar|"
    r"não foi possível entregar|are not (?:a )?member of this mailing list|"
    r"impossibile recapitare|не удалось доставить|не может быть доставлено|"
    r"配信できませんでした|配信することができません|无法投递|退信",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|un-?deliverable|not (?:be(?:en)? )?delivered|non[- ]?deliver|deliver(?:y|ing)\b.{0,40}"
    r"\b(?:fail|problem|error|delay|warning|status|report|notif|incomplete|unsuccessful|impossible)|"
    r"(?:fail|problem|error|unable|cannot|can't|could not|couldn't|delay|warning|status|"
    r"notif).{0,40}\bdeliver|"
    r"failure notice|failure delivery|returned (?:e-?)?mail|returning (?:message|mail|to sender)|"
    r"returned to sender|"
    r"return(?:ed)? (?:message|mail) (?:to sender)?|mail (?:system )?(?:error|failed|failure)|failed mail|"
    r"message (?:delayed|rejected|not sent|failed)|delayed mail|mail delayed|message .{0,30}delayed|"
    r"processing error|rejected mail|mail (?:was )?rejected|rejected:|user (?:unknown|not found)|"
    r"unknown user|"
    r"unzustellbar|nicht zugestellt|zustell(?:ung|fehler|bericht|versuch)|unzustellbarkeit|"
    r"non remis|remise (?:impossible|différée)|échec de (?:la )?remise|"
    r"échec de (?:la )?(?:distribution|livraison)|"
    r"non distribu|retour(?:né)? à l'expéditeur|non délivré|"
    r"no se puede entregar|no se ha podido entregar|no entregado|imposible entregar|entrega fallida|"
    r"error (?:de|en la) entrega|no se pudo entregar|devuelto|devolución|"
    r"não (?:foi )?(?:possível )?entreg|falha na entrega|devolvid|mensagem não entregue|não entregue|"
    r"non recapitabile|mancat[ao] (?:recapito|consegna)|non consegnat|recapito|"
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|olevererbar|kunde inte levereras|ikke (?:leveres|leverbar)|"
    r"ikke-?levert|ikke leveret|ei voitu toimittaa|toimittamaton|"
    r"не доставлено|недоставлен|не может быть доставлено|сообщение не|возвращ|"
    r"niedostarcz|nie (?:można|udało).{0,20}dostarcz|zwrot|nedoručiteln|nedoručen|kézbesíthetetlen|"
    r"teslim edilemedi|"
    r"配信(?:不能|できません|エラー)|配達(?:不能|できません)|送信(?:エラー|できません)|エラーメール|不達|"
    r"退信|无法(?:传递|投递|送达)|無法傳遞|投递失败|未送达|未傳遞|邮件发送失败|"
    r"배달되지|배달 ?(?:못|실패|불가)|전송 ?실패|반송|"
    r"daemon|system bounce|bounce(?:d)? (?:message|mail|back)|bounced:",
    re.IGNORECASE,
)
_WORDING = re.compile(
    r"this is the qmail-send program|unable to deliver your message|i'm afraid i wasn't able to deliver|"
    r"created automatically by mail delivery software|could not be delivered|couldn't be delivered|"
    r"(?:was|were|has|have|be|is) (?:not |un)(?:been )?(?:able to )?(?:be )?deliver|not able to deliver|"
    r"did not reach (?:some or all of )?(?:the |its |their )?(?:intended )?recipient|"
    r"delivery to the following recipients? (?:has )?(?:failed|been delayed)|delivery (?:has )?failed|"
    r"delivery failure|"
    r"failed to deliver|unable to deliver|undeliverable|undelivered|cannot be delivered|"
    r"can't be delivered|cannot deliver|"
    r"permanent fatal errors|permanent error|transcript of (?:the )?session|"
    r"the following address(?:es)?(?:\(es\))? (?:had|failed)|recipients? (?:was|were) (?:not |un)|"
    r"returned to (?:the )?sender|is being returned|returned below|original message was received|"
    r"unknown user|user unknown|no such user|user not found|not our customer|mailbox (?:is )?full|over quota|"
    r"mailbox unavailable|recipient (?:address )?rejected|has been rejected|was rejected|"
    r"automatically rejected|"
    r"message delayed|has been delayed|still being retried|not yet been delivered|not been delivered|"
    r"not a valid (?:user|recipient|address)|address (?:no longer|does not|doesn't) exist|"
    r"delivery attempts? (?:has |have )?(?:failed|been|will)|attempts? to deliver|mail (?:is )?undeliverable|"
    r"5\d\d[ -]\d\.\d\.\d|status: [45]\.\d\.\d|"
    r"konnte nicht (?:zugestellt|übermittelt)|konnten? nicht (?:zugestellt|übermittelt)|"
    r"nicht zugestellt werden|unzustellbar|"
    r"n'a pas (?:pu être|été) (?:remis|distribu|délivr|livr)|n'ont pas (?:pu|reçu)|n'est pas parvenu|"
    r"impossible de remettre|"
    r"no (?:se )?(?:ha podido|pudo|puede|pudimos) (?:ser )?entreg|no ha llegado|no se ha (?:entregado|"
    r"podido)|"
    r"não (?:pôde|pode|foi|pude) (?:possível )?(?:ser )?entreg|não foi possível entregar|não chegou|"
    r"non (?:è stato|è|può essere|ha) (?:possibile )?(?:consegn|recapit|raggiunto)|"
    r"impossibile (?:consegn|recapit)|"
    r"kon niet worden (?:bezorgd|afgeleverd)|kunde inte levereras|kunne ikke leveres|"
    r"не (?:было |может быть |удалось )?доставл?|не удалось доставить|не существует|"
    r"nie (?:mogła|może|została|udało).{0,20}dostarcz|"
    r"配信できません|配信(?:でき|され)ません|お届けできません|配達できません|送信できません|"
    r"退信|无法(?:送达|投递|传递)|未能送达|投递失败|退回|发送失败|"
    r"배달되지|배달하지 못|전송하지 못|반송",
    re.IGNORECASE,
)
_SURE_ENDS = (
    ": non remis",
    ": non remis (delivery failed)",
    ": unzustellbar",
    ": undeliverable",
    "(delivery failed)",
)
WORDING_CAP = 3_000  # characters of the text in which a report says what it is
FROM_CAP = 500  # bytes of From that are looked at
BEGINNING = 200  # characters in which a report under a person's name must say so
SURE_CAP = 1_000  # of those in which a report that nothing else marks must say so


def is_report(mail: Mail) -> bool:
    """Whether sender, subject and wording together are those of a mail server's report.

    The less the sender looks like a server, the more the other two must: people quote such reports.
    """
    sender = sender_strength(mail)
    if sender == DAEMON and mail.content_type != "multipart/report":
        return True
    if sender == NOBODY:
        return _sure_subject(mail.subject) and not mail.parents and _begins_as_report(mail.opening)
    subject, wording = subject_strength(mail.subject), wording_strength(mail.opening)
    if sender == POSSIBLE:
        return (subject == 2 and wording > 0) or (subject == 1 and wording == 2)
    if sender == LIKELY:
        return subject == 2 or (wording == 2 and not mail.parents) or (subject == 1 and wording == 1)
    answered = bool(_ANSWER.match(mail.subject)) and sender != DAEMON
    return wording == 2 if answered else subject + wording > 0


def _begins_as_report(text: str) -> bool:
    beginning = text[:BEGINNING]
    return wording_strength(beginning) == 2 and "?" not in beginning


@lru_cache(maxsize=1024)
def _sure_subject(subject: str) -> bool:
    if _SURE_SUBJECT.match(subject):
        return not _ANSWER.match(subject)
    return subject.lower().endswith(_SURE_ENDS)


def sender_strength(mail: Mail) -> int:
    """How much the sender looks like a mail server, by its address, its name and the null return path."""
    strength = _strength_of(mail.headers.raw_first(b"from")[:FROM_CAP])
    return LIKELY if strength < LIKELY and null_path(mail) else strength


@lru_cache(maxsize=16_384)
def _strength_of(value: bytes) -> int:
    return strength_of(value, addresses_in(value))


def strength_of(value: bytes, addresses: tuple[str, ...]) -> int:
    """By the addresses in From, or by what stands where an address should."""
    senders = {_bare_local(value), *(address.partition("@")[0] + "@" for address in addresses)}
    found = [_STRENGTHS[match.lastindex or 0] for one in senders if (match := _SENDER.match(one))]
    if value.strip() == b"<>":
        found.append(SERVER)
    if _NAME.search(decode_value(value).lower()):
        found.append(LIKELY)
    return max(found, default=NOBODY)


def _bare_local(value: bytes) -> str:
    """The local part of an address that is none: "MAILER-DAEMON (...)", "<Postmaster>", "MAILER-DAEMON <>"."""
    text = value.decode("utf-8", "replace").replace("<>", "").rpartition("<")[2]
    return text.strip(" \"'").split("(")[0].split("@")[0].split(">")[0].strip() + "@"


def null_path(mail: Mail) -> bool:
    """Return-Path: <>, which reports must have (RFC 5321, 4.5.5) and other automatic mail may have."""
    return (
        b"return-path" in mail.headers and mail.headers.raw_first(b"return-path").replace(b" ", b"") == b"<>"
    )


def subject_strength(subject: str) -> int:
    """2 for a subject that only servers write, 1 for one about delivery, 0 for others and for answers."""
    subject = subject[:300]
    if _ANSWER.match(subject):
        return 0
    return 2 if _SURE_SUBJECT.match(subject) else int(bool(_SUBJECT.search(subject)))


def wording_strength(text: str) -> int:
    """2 where the text begins as only a report does, 1 where it speaks of failed delivery, else 0."""
    if _SURE_WORDING.search(text[:SURE_CAP]):
        return 2
    return int(bool(_WORDING.search(text[:WORDING_CAP])))
