"""Executing notebooks: warm desks, ordinary kernels, budgets, the sandbox. Knows nothing of courses, points or students."""
