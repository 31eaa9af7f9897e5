"""All verifiable secrets of a run: each asked about once, vendors beside each other, politely within a vendor."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Event

from autoguard.model import Credential
from autoguard.secrets import Concealed, Kind
from autoguard.verification import Verification
from autoguard.verification.call import Call, Outcome, Reply, call_for, outcome_of
from autoguard.verification.transport import LIMITS, NOT_MADE, Limits, ask, unlogged

Ask = Callable[[Call], Reply | str]
"""Makes a call and gives its reply, or why there is none."""
NO_QUESTION = "of a kind whose vendor cannot safely be asked"
UNSURE = "that may be no secret at all"
OTHER_FORM = "in a form that its vendor's question does not cover"
IN_A_STORE = "that belongs to a credential store"
_LEFT_ALONE = "not asked any more, after answers that proved nothing"
_SLOWED = "not asked any more: the vendor wants fewer calls"
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Clock:
    """Time in seconds from a fixed point, and how to wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Tally:
    """What one host was asked and answered; `unknown` counts by reason."""

    host: str
    calls: int
    live: int
    revoked: int
    unknown: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Verified:
    """All credentials, with what their vendors said, and an account of every call that was made and not made."""

    credentials: tuple[Credential, ...]
    tallies: tuple[Tally, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def account(self) -> tuple[str, ...]:
        """A line for each host, and one for what was not tried."""
        lines = [_line(tally) for tally in self.tallies]
        if not lines:
            lines.append("verify: no call was made")
        if self.left_out:
            reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(self.left_out.items()))
            lines.append(f"verify: secrets not tried: {sum(self.left_out.values())} ({reasons})")
        return tuple(lines)


@dataclass(slots=True)
class _Asked:
    index: int
    verification: Verification
    call: Call
    outcome: Outcome = field(default_factory=lambda: Outcome("unknown", NOT_MADE))
    made: bool = False


def verify(
    credentials: Sequence[Credential],
    labels: Mapping[Concealed, str],
    kinds: Iterable[Kind],
    make: Ask | None = None,
    limits: Limits = LIMITS,
    clock: Clock | None = None,
) -> Verified:
    """The credentials with what their vendors say of them: one call for each value, within the limits.

    `labels` are those of the values that this run found; a credential without one has no value here.
    """
    asked, left_out = _plan(credentials, labels, kinds, limits)
    by_host: dict[str, list[_Asked]] = {}
    for one in asked:
        by_host.setdefault(one.call.host, []).append(one)
    with unlogged():
        _ask_all(by_host, make or (lambda call: ask(call, limits)), limits, clock or Clock())
    found = list(credentials)
    for one in asked:
        found[one.index] = _with_outcome(found[one.index], one.outcome)
    tallies = tuple(_tally(host, by_host[host]) for host in sorted(by_host))
    return Verified(tuple(found), tallies, dict(left_out))


def _plan(
    credentials: Sequence[Credential], labels: Mapping[Concealed, str], kinds: Iterable[Kind], limits: Limits
) -> tuple[list[_Asked], Counter[str]]:
    values = {label: hidden for hidden, label in labels.items()}
    verifications = {kind.id: kind.verify for kind in kinds}
    asked: list[_Asked] = []
    left_out: Counter[str] = Counter()
    for index, credential in enumerate(credentials):
        hidden = values.pop(credential.label, None)
        if hidden is None:
            continue
        verification = verifications.get(credential.kind)
        call = call_for(verification, hidden.reveal()) if verification is not None else None
        if verification is None:
            left_out[NO_QUESTION] += 1
        elif credential.confidence == "possible":
            left_out[UNSURE] += 1
        elif call is None:
            left_out[OTHER_FORM] += 1
        elif len(asked) >= limits.calls:
            left_out[f"beyond the limit of {limits.calls} calls"] += 1
        else:
            asked.append(_Asked(index, verification, call))
    if values:
        left_out[IN_A_STORE] += len(values)
    return asked, left_out


def _ask_all(by_host: Mapping[str, list[_Asked]], make: Ask, limits: Limits, clock: Clock) -> None:
    if not by_host:
        return
    stop = Event()
    with ThreadPoolExecutor(min(limits.hosts, len(by_host)), "verify") as pool:
        try:
            for future in [pool.submit(_ask_host, asked, make, limits, clock, stop) for asked in by_host.values()]:
                future.result()
        except BaseException:
            # Ctrl-C waits for the calls that are under way, and for no other.
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise


def _ask_host(asked: Sequence[_Asked], make: Ask, limits: Limits, clock: Clock, stop: Event) -> None:
    enough = ""
    silent = 0
    last: float | None = None
    for one in asked:
        if enough or stop.is_set():
            one.outcome = Outcome("unknown", enough or NOT_MADE)
            continue
        if last is not None and (wait := last + limits.gap - clock.now()) > 0:
            clock.sleep(wait)
        last = clock.now()
        reply = make(one.call)
        one.made = True
        one.outcome = Outcome("unknown", reply) if isinstance(reply, str) else outcome_of(one.verification, reply)
        silent = 0 if one.outcome.refused or one.outcome.liveness != "unknown" else silent + 1
        if isinstance(reply, Reply) and reply.status == _TOO_MANY_REQUESTS:
            enough = _SLOWED
        elif silent >= limits.silent:
            enough = _LEFT_ALONE


def _with_outcome(credential: Credential, outcome: Outcome) -> Credential:
    if outcome.liveness == "live":
        # Its vendor takes it for a secret, so it is one.
        return replace(credential, liveness="live", confidence="verified")
    return replace(credential, liveness=outcome.liveness)


def _tally(host: str, asked: Sequence[_Asked]) -> Tally:
    said = Counter(one.outcome.liveness for one in asked)
    unknown = Counter(one.outcome.reason for one in asked if one.outcome.liveness == "unknown")
    return Tally(host, sum(one.made for one in asked), said["live"], said["revoked"], dict(sorted(unknown.items())))


def _line(tally: Tally) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in tally.unknown.items())
    unknown = f"{sum(tally.unknown.values())} unknown" + (f" ({reasons})" if reasons else "")
    calls = "1 call" if tally.calls == 1 else f"{tally.calls} calls"
    return f"verify: {tally.host}: {calls}, {tally.live} live, {tally.revoked} revoked, {unknown}"
