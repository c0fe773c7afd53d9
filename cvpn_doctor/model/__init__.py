"""The words of the domain as frozen records: pure data that imports nothing of ours."""
