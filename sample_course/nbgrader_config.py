"""Plain nbgrader configuration: this folder is an nbgrader course, with or without plnb."""

c = get_config()  # noqa: F821 - nbgrader puts it there

c.CourseDirectory.course_id = "straight-lines"

# What students find where a solution was. nbgrader's own stub raises an error, so that "Run all" stops at the first open question
# with a red traceback; here the answer stays None, and the tests below it say what is missing.
c.ClearSolutions.code_stub = {"python": "pass  # your own lines can go here"}
