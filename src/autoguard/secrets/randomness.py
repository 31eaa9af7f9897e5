"""How much a value looks drawn by lot and how much written by a person, by its alphabet and its words."""

import math
import re
from collections import Counter
from functools import cache

_RUN = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_PAIRS = frozenset(
    re.findall(
        "..",
        "thheineranreonatenndtiesorteofedisitalarsttontngsehaasouiolevecomedehiriroicneearacelichllbemasiomur"
        "caeltalansdifohopeecprnoctusacotiltrlyncetutsssorsunlowageiewheewiemadolrtpowenaulnitsmoowpaimmiaish"
        "irsuidosiviaamficivipligtuevldrympfeblabghtyopwosaayexkefrooavagifapgrodbosprddoucbueiovbyrmepttocfa"
        "efcurnscgidayocrcldugaquueffbaey",
    )
)
"""The most frequent pairs of letters in English text: a fifth of all pairs, four fifths of those in its words."""
_COMMON = 0.7
_ALPHABETS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"[0-9]+"), 10),
    (re.compile(r"[0-9a-f]+|[0-9A-F]+"), 16),
    (re.compile(r"[A-Z2-7]+=*"), 32),
    (re.compile(r"[0-9a-z]+|[0-9A-Z]+"), 36),
    (re.compile(r"[0-9A-Za-z]+"), 62),
    (re.compile(r"[0-9A-Za-z+/_=-]+"), 64),
)
_PRINTABLE = 94


def entropy(value: str) -> float:
    """Shannon entropy of the characters in bits per character."""
    if not value:
        return 0.0
    total = len(value)
    return -math.fsum(count / total * math.log2(count / total) for count in Counter(value).values())


def randomness(value: str) -> float:
    """The entropy as a share of what a random text of the same length over the same alphabet has on average.

    Random text lies near 1 whatever its length and alphabet; repetitions and narrow ranges lie below 0.8.
    """
    expected = _expected(min(len(value), 400), alphabet_size(value))
    return entropy(value[:400]) / expected if expected else 0.0


def alphabet_size(value: str) -> int:
    """How many characters the smallest usual alphabet has that holds the value."""
    return next((size for pattern, size in _ALPHABETS if pattern.fullmatch(value)), _PRINTABLE)


def word_share(value: str) -> float:
    """The share of the characters that stand in runs of at least four letters which read like words."""
    return sum(len(run[0]) for run in _RUN.finditer(value) if _reads(run[0].lower())) / len(value) if value else 0.0


def _reads(run: str) -> bool:
    pairs = [run[index : index + 2] for index in range(len(run) - 1)]
    return sum(pair in _PAIRS for pair in pairs) >= _COMMON * len(pairs)


@cache
def _expected(length: int, size: int) -> float:
    # The mean entropy of `length` draws from `size` equal characters: the count of each character is binomial.
    total = 0.0
    share = 1 / size
    for count in range(2, length + 1):
        part = count / length
        chance = math.comb(length, count) * share**count * (1 - share) ** (length - count)
        if chance < 1e-15 and part > 2 * share:  # noqa: PLR2004 - the rest of the tail adds nothing
            break
        total -= chance * part * math.log2(part)
    # A single occurrence adds its own term.
    single = length * share * (1 - share) ** (length - 1)
    total += single * math.log2(length) / length if length > 1 else 0.0
    return size * total
