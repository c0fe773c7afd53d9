"""The commands: the composition root, where checks, host and files meet, and nothing else."""
