"""Sets of addresses as sorted, disjoint, inclusive ranges, and their way back to prefixes.

Each operation is one pass over its operands. All results are sorted and disjoint, and so must
be the arguments, except those of `merge`, which is how such a set is made.
"""

from collections.abc import Iterable, Sequence

from cvpn_doctor.routing.prefix import BITS, Family, Prefix

Range = tuple[int, int]  # first and last address, both inside


def merge(ranges: Iterable[Range]) -> list[Range]:
    """The union of ranges in any order; neighbours become one."""
    merged: list[Range] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return merged


def intersect(left: Sequence[Range], right: Sequence[Range]) -> list[Range]:
    """The addresses that are in both sets."""
    shared: list[Range] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first = max(left[i][0], right[j][0])
        last = min(left[i][1], right[j][1])
        if first <= last:
            shared.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return shared


def subtract(left: Sequence[Range], right: Sequence[Range]) -> list[Range]:
    """The addresses of `left` that are not in `right`."""
    kept: list[Range] = []
    j = 0
    for first, last in left:
        cursor = first
        while j < len(right) and right[j][1] < cursor:
            j += 1
        k = j
        while k < len(right) and right[k][0] <= last:
            if cursor < right[k][0]:
                kept.append((cursor, right[k][0] - 1))
            cursor = right[k][1] + 1
            k += 1
        if cursor <= last:
            kept.append((cursor, last))
    return kept


def size(ranges: Iterable[Range]) -> int:
    """How many addresses there are."""
    return sum(last - first + 1 for first, last in ranges)


def to_prefixes(family: Family, ranges: Iterable[Range]) -> list[Prefix]:
    """The fewest prefixes that hold exactly these addresses, in order."""
    bits = BITS[family]
    return [
        Prefix(family, first, bits - exponent)
        for start, last in merge(ranges)
        for first, exponent in _blocks(start, last, bits)
    ]


def _blocks(first: int, last: int, bits: int) -> Iterable[tuple[int, int]]:
    """Cut one range greedily into aligned powers of two, as (first address, exponent)."""
    while first <= last:
        aligned = (first & -first).bit_length() - 1 if first else bits
        fitting = (last - first + 1).bit_length() - 1
        exponent = min(aligned, fitting)
        yield first, exponent
        first += 1 << exponent


def to_cidrs(family: Family, ranges: Iterable[Range]) -> tuple[str, ...]:
    """The fewest prefixes that hold exactly these addresses, as text."""
    return tuple(map(str, to_prefixes(family, ranges)))


def of_prefixes(family: Family, cidrs: Iterable[Prefix]) -> list[Range]:
    """The addresses of all prefixes of this family."""
    return merge((p.first, p.last) for p in cidrs if p.family == family)
