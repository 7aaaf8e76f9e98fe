"""The commands: verbs only, no logic."""
