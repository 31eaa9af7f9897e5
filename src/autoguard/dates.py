"""Days between what a document says and the day of judgement; no clock is read here."""

import re
from datetime import date


def is_day(text: str) -> bool:
    """Whether that is a day of the calendar, written as 2026-11-24."""
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and days_since(text, date.min) is not None


def days_since(iso_date: str, today: date) -> int | None:
    """Days from the date that an ISO 8601 text begins with to `today`, negative for one to come; None for no date."""
    try:
        return (today - date.fromisoformat(iso_date[:10])).days
    except ValueError:
        return None
