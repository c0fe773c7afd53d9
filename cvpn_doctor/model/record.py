"""The one base of all records: frozen, JSON in and out by msgspec.

Unknown fields of a newer version are ignored on reading, so that an older helpdesk can
still open a newer laptop's report; missing ones take their defaults. Each record says
`frozen=True, kw_only=True` itself: the type checkers and msgspec do not inherit both.
"""

import msgspec


class Record(msgspec.Struct, frozen=True):
    """A value of the domain. Two records with equal fields are equal."""
