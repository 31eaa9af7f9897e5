"""Classes of personal data in text. Counts and classes leave this module, the data never does."""

import re
from collections import Counter
from collections.abc import Iterable

_EMAIL = re.compile(r"\b[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CARD = re.compile(r"\b(?:\d[ -]?){13,19}\b")
_PHONE = re.compile(r"(?<![\w.])\+\d{1,3}[ ().-]?(?:\d[ ().-]?){7,12}(?!\w)")
_NO_PERSON = re.compile(
    r"^(?:no-?reply|do-?not-?reply|info|support|admin|hello|contact|sales|office|team|test|user|name|email|you|someone|"
    r"example|noreply|notifications?|mailer-daemon|postmaster|bot)\b",
    re.IGNORECASE,
)
_NO_DOMAIN = re.compile(
    r"(?:^|\.)(?:example\.(?:com|org|net)|example|test|invalid|localhost|domain\.com|email\.com|company\.com|"
    r"yourdomain\.com|gserviceaccount\.com|calendar\.google\.com|sentry\.io)$",
    re.IGNORECASE,
)


def kinds_in(texts: Iterable[str]) -> Counter[str]:
    """How many values of each class the texts hold: email, iban, card, phone.

    Addresses of roles and of documentation domains do not count. Check digits are verified: IBAN by ISO 13616 (mod 97),
    cards by ISO/IEC 7812 (Luhn).
    """
    found: Counter[str] = Counter()
    for text in texts:
        if "@" in text:
            found["email"] += sum(
                1
                for match in _EMAIL.finditer(text)
                if not _NO_DOMAIN.search(match[1]) and not _NO_PERSON.match(match[0])
            )
        if any(character.isdigit() for character in text[:4096]):
            found["iban"] += sum(1 for match in _IBAN.finditer(text) if _is_iban(match[0]))
            found["card"] += sum(1 for match in _CARD.finditer(text) if _is_card(match[0]))
            found["phone"] += sum(1 for _ in _PHONE.finditer(text))
    return Counter({kind: count for kind, count in found.items() if count})


def _is_iban(text: str) -> bool:
    code = text.replace(" ", "")
    if not 15 <= len(code) <= 34:  # noqa: PLR2004 - lengths of ISO 13616
        return False
    moved = code[4:] + code[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _is_card(text: str) -> bool:
    digits = [int(character) for character in text if character.isdigit()]
    if len(digits) < 13 or len(set(digits)) < 4 or digits[0] not in (2, 3, 4, 5, 6):  # noqa: PLR2004
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if index % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - cross sum of two digits
    return total % 10 == 0
