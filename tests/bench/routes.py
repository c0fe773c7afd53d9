"""The cost of a forwarding map: `python -m tests.bench.routes`.

Prints ratios to a reference loop measured in the same run, so that machines can be compared;
and the growth from 1,000 to 100,000 routes, which is 100 for n and about 170 for n log n.
"""

import random
from collections.abc import Callable
from time import perf_counter

from cvpn_doctor.model.network import Route, RouteTable
from cvpn_doctor.routing.coverage import coverage
from cvpn_doctor.routing.forwarding import ForwardingMap
from cvpn_doctor.routing.prefix import Prefix, format_address

LIMIT = 2.5  # seconds for 100,000 routes (issue 2)


def reference_loop() -> None:
    """One unit: a million additions in a plain loop."""
    total = 0
    for number in range(1_000_000):
        total += number


def best_of(times: int, work: Callable[[], object]) -> float:
    """The least time in seconds: what the work costs when nothing disturbs it."""
    durations = []
    for _ in range(times):
        started = perf_counter()
        work()
        durations.append(perf_counter() - started)
    return min(durations)


def random_table(size: int, seed: int = 1) -> RouteTable:
    """Nested random prefixes between a default route and single hosts, over ten interfaces."""
    chance = random.Random(seed)
    routes = [Route(destination="0.0.0.0/0", interface="eth0", next_hop="192.0.2.1")]
    while len(routes) < size:
        length = chance.choice((8, 12, 16, 20, 22, 24, 24, 24, 28, 32))
        first = chance.getrandbits(length) << (32 - length)
        routes.append(
            Route(
                destination=str(Prefix(4, first, length)),
                interface=f"if{chance.randrange(10)}",
                metric=chance.randrange(3) * 100,
            )
        )
    return RouteTable(routes=tuple(routes))


def main() -> None:
    """Measure and print."""
    unit = best_of(3, reference_loop)
    print(f"reference loop {unit * 1000:8.1f} ms = 1")
    seconds: dict[int, float] = {}
    for size in (10, 1_000, 100_000):
        table = random_table(size)
        seconds[size] = best_of(3, lambda table=table: ForwardingMap.of(table))  # type: ignore[misc]
        print(f"{size:>8} routes {seconds[size] * 1000:8.1f} ms = {seconds[size] / unit:.3f}")
    print(f"growth 1,000 to 100,000: {seconds[100_000] / seconds[1_000]:.0f}")
    forwarding = ForwardingMap.of(random_table(100_000))
    chance = random.Random(2)
    addresses = [format_address(4, chance.getrandbits(32)) for _ in range(10_000)]
    lookups = best_of(3, lambda: [forwarding.lookup(address) for address in addresses])
    print(f"  10,000 lookups {lookups * 1000:6.1f} ms = {lookups / unit:.3f}")
    cut = best_of(3, lambda: coverage(forwarding, "10.0.0.0/8", frozenset({"if3"})))
    print(f"coverage of a /8 {cut * 1000:6.1f} ms = {cut / unit:.3f}")
    print("within the limit" if seconds[100_000] <= LIMIT else f"OVER the limit of {LIMIT} s")


if __name__ == "__main__":
    main()
