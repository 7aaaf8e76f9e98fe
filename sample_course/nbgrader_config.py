"""Plain nbgrader configuration: this folder is an nbgrader course, with or without plnb."""

c = get_config()  # noqa: F821 - nbgrader puts it there

c.CourseDirectory.course_id = "straight-lines"
