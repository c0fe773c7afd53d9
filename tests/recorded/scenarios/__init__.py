"""Recorded laptops: what each is like, and all codes that may be said of it, no other."""
