"""Executing notebooks: kernels, budgets and the papermill engine `plnb`. Knows nothing of courses, points or students."""

# papermill loads its engines' entry points while it is imported, and one of them is `plnb.engine.execute`. Importing papermill
# before that module keeps the two from waiting for each other, whichever of them is imported first.
import papermill.engines as _papermill_first  # noqa: F401
