"""The OpenVPN control channel without a socket: bytes and time in, bytes and events out."""
