"""Names in any script are drawn without a word of complaint."""

import warnings
from datetime import date

from commands.reporting.drawing import drawing
from mail.letters.charts import answers_png


def test_letters_that_a_font_lacks_are_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = drawing(400, 200, "one", "One", lambda axes: axes.set_title("李 小龙"))
        assert answers_png([(date(2026, 3, 1), 3600, None)], [("सीता गुरुङ", 3600, 3600, None, None)])
    assert "李 小龙" in shown
