"""Many secrets in one run: each asked about once, politely, within limits, with an account that names no value."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from support.vendor_server import Response
from verification.vendors import KINDS, VENDORS, value_of

from autoguard.model import Credential
from autoguard.secrets import Concealed
from autoguard.verification.call import Call, Reply
from autoguard.verification.run import Clock, Verified, verify
from autoguard.verification.transport import LIMITS, NO_CONNECTION, TIMED_OUT

GITHUB, TELEGRAM, GITLAB = "github-token", "telegram-bot-token", "gitlab-access-token"


class Time:
    """A clock that moves when it is waited for, one for each thread that asks it."""

    def __init__(self) -> None:
        self._local = threading.local()

    def now(self) -> float:
        found: float = getattr(self._local, "now", 0.0)
        return found

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self._local.now = self.now() + seconds

    @property
    def clock(self) -> Clock:
        return Clock(self.now, self.sleep)


class Estate:
    """Found secrets of a kind, all different."""

    def __init__(self, **kinds: int) -> None:
        self.credentials: list[Credential] = []
        self.labels: dict[Concealed, str] = {}
        for kind, count in kinds.items():
            for number in range(count):
                self.add(kind.replace("_", "-"), number)

    def add(self, kind: str, number: int, **changes: object) -> None:
        label = f"S{len(self.labels) + 1}"
        value = value_of(kind)
        self.labels[Concealed(f"{value[:-4]}{number:04}")] = label
        made = Credential(f"{kind}:{number}", kind, "inline", label=label)
        self.credentials.append(replace(made, **changes))  # type: ignore[arg-type]

    def verified(self, make: Callable[[Call], Reply | str], **more: object) -> Verified:
        clock = more.pop("clock", Time().clock)
        return verify(self.credentials, self.labels, KINDS.values(), make, clock=clock, **more)  # type: ignore[arg-type]


def live(call: Call) -> Reply:
    """The answer for a secret that works, of any vendor."""
    found = next(one for one in VENDORS.values() if one.line.split()[1].startswith(call.host))
    return Reply(200, Response(body=found.live).data)


def refused(call: Call) -> Reply:
    """The documented refusal, of any vendor."""
    found = next(one for one in VENDORS.values() if one.line.split()[1].startswith(call.host))
    status, body = found.refused
    return Reply(status, Response(body=body).data)


def livenesses(found: Verified) -> list[str]:
    return [one.liveness for one in found.credentials]


def test_what_vendors_say_stands_with_each_credential() -> None:
    estate = Estate(github_token=2, telegram_bot_token=1, gitlab_access_token=1)
    answers = iter((live, refused))

    def make(call: Call) -> Reply | str:
        if call.host == "api.github.com":
            return next(answers)(call)
        return TIMED_OUT if call.host == "api.telegram.org" else refused(call)

    found = estate.verified(make)
    assert livenesses(found) == ["live", "revoked", "unknown", "unknown"]
    assert [one.confidence for one in found.credentials] == ["verified", "likely", "likely", "likely"]
    assert [one.id for one in found.credentials] == [one.id for one in estate.credentials]
    assert found.account == (
        "verify: api.github.com: 2 calls, 1 live, 1 revoked, 0 unknown",
        "verify: api.telegram.org: 1 call, 0 live, 0 revoked, 1 unknown (1 no answer in time)",
        "verify: gitlab.com: 1 call, 0 live, 0 revoked, 1 unknown (1 refused, but it may belong to a GitLab server of one's own)",
    )


def test_what_cannot_be_asked_about_is_counted_and_not_called() -> None:
    estate = Estate(github_token=1, brevo_api_key=2)
    estate.add(GITHUB, 7, confidence="possible")
    estate.add("github-token", 8)
    hidden = next(value for value, label in estate.labels.items() if label == "S5")
    estate.labels = {value: label for value, label in estate.labels.items() if value != hidden}
    estate.labels[Concealed("ghr" + "_" + "A" * 36)] = "S5"
    estate.labels[Concealed("a value inside a store")] = "S6"
    estate.credentials.append(Credential("a reference", "oauth2", "reference"))
    asked: list[str] = []

    def make(call: Call) -> Reply:
        asked.append(call.host)
        return live(call)

    found = estate.verified(make)
    assert asked == ["api.github.com"]
    assert livenesses(found) == ["live", *["unknown"] * 5]
    assert found.account[-1] == (
        "verify: secrets not tried: 5 (1 in a form that its vendor's question does not cover, "
        "2 of a kind whose vendor cannot safely be asked, 1 that belongs to a credential store, "
        "1 that may be no secret at all)"
    )


def test_nothing_to_ask_is_said() -> None:
    assert Estate().verified(live).account == ("verify: no call was made",)


def test_a_host_is_called_at_most_twice_a_second() -> None:
    clock = Time()
    starts: dict[str, list[float]] = {}

    def make(call: Call) -> Reply:
        starts.setdefault(call.host, []).append(clock.now())
        return live(call)

    Estate(github_token=5, telegram_bot_token=3).verified(make, clock=clock.clock)
    for times in starts.values():
        assert all(later - earlier >= 0.5 for earlier, later in pairwise(times))
    assert {host: len(times) for host, times in starts.items()} == {"api.github.com": 5, "api.telegram.org": 3}


def test_a_slow_answer_is_not_waited_for_twice() -> None:
    clock = Time()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.sleep(seconds)

    def make(call: Call) -> Reply:
        clock.sleep(0.4)
        return live(call)

    Estate(github_token=3).verified(make, clock=Clock(clock.now, sleep))
    assert slept == [pytest.approx(0.1)] * 2


def test_calls_to_one_host_never_overlap_and_hosts_do_not_wait_for_each_other() -> None:
    under_way: dict[str, int] = {}
    both = threading.Barrier(2, timeout=10)
    first: set[str] = set()

    def make(call: Call) -> Reply:
        under_way[call.host] = under_way.get(call.host, 0) + 1
        assert under_way[call.host] == 1
        if call.host not in first:
            first.add(call.host)
            both.wait()
        under_way[call.host] -= 1
        return live(call)

    found = Estate(github_token=3, telegram_bot_token=3).verified(make)
    assert livenesses(found) == ["live"] * 6


def test_a_run_makes_no_more_calls_than_its_limit() -> None:
    calls: list[Call] = []

    def make(call: Call) -> Reply:
        calls.append(call)
        return live(call)

    found = Estate(github_token=LIMITS.calls + 7).verified(make)
    assert len(calls) == LIMITS.calls == 200
    assert livenesses(found) == ["live"] * 200 + ["unknown"] * 7
    assert found.account[-1] == "verify: secrets not tried: 7 (7 beyond the limit of 200 calls)"


def test_a_host_that_wants_fewer_calls_gets_no_more() -> None:
    calls: list[Call] = []

    def make(call: Call) -> Reply:
        calls.append(call)
        return live(call) if len(calls) == 1 else Reply(429, b'{"retry_after": 30}')

    found = Estate(github_token=6).verified(make)
    assert len(calls) == 2
    assert livenesses(found) == ["live", *["unknown"] * 5]
    assert found.account == (
        "verify: api.github.com: 2 calls, 1 live, 0 revoked, 5 unknown (1 an answer that proves nothing, status 429, 4 not asked any more: the vendor wants fewer calls)",
    )


@pytest.mark.parametrize("answer", [NO_CONNECTION, Reply(500, b""), Reply(403, b"{}"), Reply(200, b"<html>")])
def test_a_host_that_proves_nothing_three_times_is_left_alone(answer: Reply | str) -> None:
    calls: list[Call] = []

    def make(call: Call) -> Reply | str:
        calls.append(call)
        return answer

    found = Estate(github_token=9).verified(make)
    assert len(calls) == 3
    assert livenesses(found) == ["unknown"] * 9
    assert "3 calls" in found.account[0]
    assert "6 not asked any more, after answers that proved nothing" in found.account[0]


def test_refusals_that_prove_nothing_do_not_end_the_questions() -> None:
    # Tokens of a GitLab server of one's own are refused by gitlab.com; the one that works may be the last.
    calls: list[Call] = []

    def make(call: Call) -> Reply:
        calls.append(call)
        return live(call) if len(calls) == 6 else refused(call)

    assert livenesses(Estate(gitlab_access_token=6).verified(make)) == [*["unknown"] * 5, "live"]


def test_ctrl_c_ends_the_questions() -> None:
    calls: list[str] = []
    asking = threading.Event()

    def make(call: Call) -> Reply:
        if call.host == "api.telegram.org":
            asking.wait(10)
            raise KeyboardInterrupt
        calls.append(call.host)
        asking.set()
        time.sleep(0.05)
        return live(call)

    with pytest.raises(KeyboardInterrupt):
        Estate(telegram_bot_token=1, github_token=200).verified(make)
    assert 1 <= len(calls) < 20


def test_neither_the_account_nor_the_result_shows_a_value() -> None:
    estate = Estate(github_token=2, telegram_bot_token=2, brevo_api_key=1)
    found = estate.verified(live)
    for hidden in estate.labels:
        assert hidden.reveal() not in repr(found) + repr(found.account)
