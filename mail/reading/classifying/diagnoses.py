"""What mail servers say of a mail that failed, as a code of RFC 3463: for where they name none, or leave it open."""

import re

# What a report says, and the code (RFC 3463) that it comes to where it names none.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (code, re.compile(words, re.IGNORECASE))
    for code, words in (
        (  # before the recipient: some say first that a recipient was rejected, and then that it was for the sender
            "5.7.1",
            r"(?:sender|sender address|helo command|client host) rejected|sender (?:address )?verif|"
            r"recipient address rejected: (?:access denied|policy|gr[ea]y|message rejected|spf)|gr[ea]ylisted|"
            r"\bspf\b.{0,20}(?:fail|not)|blocked using|too many (?:invalid|unknown) recipients",
        ),
        (
            "5.2.2",
            r"(?:mailbox|mail ?folder|inbox) (?:is )?full|(?:over|exceed(?:s|ed|ing)?|reached).{0,20}quota|"
            r"quota (?:usage )?(?:exceeded|violation)|exceed(?:s|ed)? (?:the |its |maximum )?"
            r"(?:local limit|allowed (?:size|storage)|storage|disk space)|storage (?:limit|space)|"
            r"space has been used up|too many messages on",
        ),
        (
            "5.1.1",
            r"user unknown|unknown user|no such user|no such recipient|unknown recipient|recipient unknown|"
            r"mailbox (?:not found|unavailable|does not exist|unknown)|invalid (?:recipient|mailbox|"
            r"address|user)|"
            r"unknown (?:address|local[- ]part|account|mailbox)|does(?:n't| not) (?:exist|"
            r"have an? (?:\S+ )?account)|"
            r"account (?:has been )?(?:disabled|closed|deleted|suspended)|no mailbox (?:here )?by that name|"
            r"not (?:listed|a valid|unique|found) |address (?:rejected|not found|couldn't be found)|"
            r"user not found|not our customer|not a known user|not an active|deactivated mailbox|no mail ?box|"
            r"bad[ _]recipient|badrcptto|no longer (?:valid|available|works|exists)|unroutable|"
            r"unrouteable|"
            r"this user doesn't have",
        ),
        (
            "5.1.2",
            r"host (?:unknown|not found)|domain (?:not found|name not found)|name or service not known|"
            r"bad host",
        ),
        ("5.3.4", r"message (?:is )?too (?:large|big)|size limit|maximum.{0,20}size"),
        ("5.4.6", r"too many hops|mail loop|loops back|hop count"),
        ("5.7.1", r"spam|blocked|blacklist|policy|relaying? (?:denied|not)|not permitted|unsolicited|virus"),
    )
)
_NOT_YET = re.compile(
    r"still (?:trying|being retried|be retried)|will (?:continue|keep|be re-?)\s?(?:to )?(?:try|tri|"
    r"retr)|not yet been|"
    r"has been delayed|is delayed|message (?:was |is )?delayed|delivery (?:is )?delayed|"
    r"temporary (?:failure|error|problem)|"
    r"do not need to (?:resend|re-send)|no action is required|could not be delivered for|"
    r"warning message only|"
    r"se ha retrasado|se seguirá intentando|todavía no se ha entregado|est différée|n'a pas encore été remis|"
    r"ainda não foi entregue|foi atrasada|entrega atrasada|è stat[ao] ritardat[ao]|non è ancora stato|"
    r"nog niet (?:bezorgd|afgeleverd)|is vertraagd|"
    r"this is (?:only )?a warning|transient|delay(?:ed)?\b.{0,30}\bhours|wird weiter versucht|(?:noch|"
    r"bisher) nicht zugestellt",
    re.IGNORECASE,
)

# Microsoft 365 says so, under 5.4.1, of addresses that do not exist; others say 5.7.1, and in words that there is none.
_ACCESS_DENIED = re.compile(r"recipient address rejected: access denied", re.IGNORECASE)
_NOBODY = re.compile(
    r"user unknown|unknown user|unknown recipient|no such (?:user|recipient)|(?:user|recipient|mailbox) not found|"
    r"(?:user|recipient|mailbox|account)\b.{0,80}\bdoes(?:n't| not) exist",
    re.IGNORECASE,
)


def code_by_words(words: str) -> str:
    """The code of the first thing that is said; "" where nothing is that is known."""
    return next((code for code, pattern in _WORDS if pattern.search(words)), "")


def not_yet(words: str) -> bool:
    """Whether it is said that the server will go on trying."""
    return bool(_NOT_YET.search(words))


def no_such_address(status: str, words: str) -> bool:
    """Whether a failure under another code is of an address that does not exist."""
    if status == "5.4.1" and _ACCESS_DENIED.search(words):
        return True
    return status == "5.7.1" and bool(_NOBODY.search(words)) and code_by_words(words) == "5.1.1"
