"""The moments before and after all others, for comparisons where there may be none."""

from datetime import UTC, datetime

BEGINNING = datetime.min.replace(tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
