"""Answers to an invitation in a subject: "Accepted: ...", as calendars of many languages write them."""

import re

_WORDS = {
    "accepted": """
        accepted aceptado aceptada aceite aceito aceita accepté acceptée accettato accettata zugesagt
        angenommen geaccepteerd akceptowano zaakceptowano accepterat accepteret godtatt hyväksytty tinanggap
        diterima принято 承諾 已接受 수락됨
    """,
    "declined": """
        declined rechazado rechazada recusado recusada refusé refusée rifiutato rifiutata abgelehnt abgesagt
        geweigerd afgewezen odrzucono avböjt afvist avslått hylätty tinanggihan ditolak отклонено 辞退 已拒绝
        已謝絕 거절됨
    """,
    "tentative": """
        tentative maybe provisional provisorio provisório provisoire provvisorio voorlopig vorläufig quizás
        talvez preliminärt foreløbig alustava 仮承諾 暂定 미정
    """,
}
_PHRASES = {"tentatively accepted": "tentative", "mit vorbehalt": "tentative", "con riserva": "tentative"}
_ANSWERS = {word: answer for answer, words in _WORDS.items() for word in words.split()} | _PHRASES
_SUBJECT = re.compile(r"\s*([^:：]{3,30}?)\s*[:：]\s*(.*)", re.DOTALL)
_WHEN = re.compile(r"\s+@\s.*", re.DOTALL)  # Google adds when


def answer_in(subject: str) -> tuple[str, str]:
    """The answer (accepted, declined, tentative) and the subject of what it answers; else ("", "").

    Both in lower case.
    """
    match = _SUBJECT.fullmatch(subject)
    answer = _ANSWERS.get(match[1].casefold(), "") if match else ""
    return (answer, _WHEN.sub("", match[2]).strip().casefold()) if match and answer else ("", "")
