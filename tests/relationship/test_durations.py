import pytest
from hypothesis import given
from hypothesis import strategies as st

from relationship.clocks.durations import Duration, parse_duration


@pytest.mark.parametrize(
    ("text", "duration", "seconds"),
    [
        ("2 working hours", Duration(2, "hours", working=True), 7200),
        ("1 working day", Duration(1, "days", working=True), 86400),
        ("3 days", Duration(3, "days"), 259200),
        ("2 weeks", Duration(2, "weeks"), 1209600),
        ("36 hours", Duration(36, "hours"), 129600),
        ("20 minutes", Duration(20, "minutes"), 1200),
        ("4 seconds", Duration(4, "seconds"), 4),
        (" 1  Working Hour ", Duration(1, "hours", working=True), 3600),
    ],
)
def test_durations_are_read_as_people_write_them(text, duration, seconds):
    assert parse_duration(text) == duration
    assert duration.plain_seconds == seconds


@given(st.integers(0, 500), st.sampled_from(["seconds", "minutes", "hours", "days"]), st.booleans())
def test_what_is_written_is_read_back(amount, unit, working):
    duration = Duration(amount, unit, working)
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not a duration"),
        ("soon", "is not a duration"),
        ("two days", "is not a duration"),
        ("3", "is not a duration"),
        ("-1 days", "is not a duration"),
        ("1.5 hours", "is not a duration"),
        ("3days", "is not a duration"),
        ("1 month", "is not a duration"),
        ("2 working weeks", "'5 working days'"),
        ("99999999999 days", "100 years"),
        ("9999999 working hours", "100 years"),
    ],
)
def test_what_is_no_duration_is_refused_in_words(text, complaint):
    with pytest.raises(ValueError, match=complaint):
        parse_duration(text)
