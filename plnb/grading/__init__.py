"""The instructor's machine: release, transplant, score, and the evidence that comes of it."""
