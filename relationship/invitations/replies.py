"""Answers to an invitation in a subject: "Accepted: ...", as calendars of many languages write them."""

import re

_WORDS = {
    "accepted": """
        accepted aceptado aceptada aceite aceito aceita accepté acceptée accettato accettata zugesagt zusage
        angenommen geaccepteerd akceptowano zaakceptowano zaakceptowane accepterat accepteret godtatt hyväksytty
        tinanggap diterima přijato принято прийнято 承諾 承諾済み 已接受 수락됨
    """,
    "declined": """
        declined rechazado rechazada recusado recusada refusé refusée rifiutato rifiutata abgelehnt abgesagt absage
        geweigerd afgewezen odrzucono odrzucone avböjt afvist avslått hylätty tinanggihan ditolak odmítnuto
        reddedildi отклонено відхилено 辞退 辞退済み 已拒绝 已謝絕 거절됨
    """,
    "tentative": """
        tentative maybe provisional provisorio provisório tentativa provisoire provvisorio voorlopig vorläufig
        quizás talvez wstępne preliminärt foreløbig foreløpig alustava předběžně belirsiz 仮承諾 暂定 暫定 미정
    """,
}
_PHRASES = {
    "tentatively accepted": "tentative",
    "mit vorbehalt": "tentative",
    "unter vorbehalt": "tentative",
    "vorläufig zugesagt": "tentative",
    "con riserva": "tentative",
    "provisoirement accepté": "tentative",
    "aceptado provisionalmente": "tentative",
    "aceito provisoriamente": "tentative",
    "под вопросом": "tentative",
    "kabul edildi": "accepted",
}
_ANSWERS = {word: answer for answer, words in _WORDS.items() for word in words.split()} | _PHRASES
_SUBJECT = re.compile(r"\s*([^:：]{2,30}?)\s*[:：]\s*(.*)", re.DOTALL)
# Of "Meeting accepted".
_ABOUT = re.compile(r"^(?:meeting|event|invitation)\s+|\s+(?:meeting|event|invitation)$")
_WHEN = re.compile(r"\s+@\s.*", re.DOTALL)  # Google adds when


def answer_in(subject: str) -> tuple[str, str]:
    """The answer (accepted, declined, tentative) and the subject of what it answers; else ("", "").

    Both in lower case.
    """
    match = _SUBJECT.fullmatch(subject)
    answer = _ANSWERS.get(_ABOUT.sub("", match[1].casefold()), "") if match else ""
    return (answer, _WHEN.sub("", match[2]).strip().casefold()) if match and answer else ("", "")
