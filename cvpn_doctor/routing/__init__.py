"""Routing algebra: what wins for every address, why, and what that means for a tunnel.

Pure: only the standard library and the model. Nothing here asks the operating system.
"""
