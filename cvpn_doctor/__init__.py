"""Finds the one cause why AWS Client VPN does not work on this laptop."""

__version__ = "0.1.0"
