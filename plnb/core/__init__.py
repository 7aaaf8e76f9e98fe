"""What plnb decides, as types and pure functions.

No disk, no clock, no randomness and no Jupyter: the same code runs in a kernel, a server, the grader and a browser.
The flow, one way: `authored` (what a teacher wrote) -> `compiling` -> `course` -> with `records` through `mastery` -> `paths` ->
`progress`. `lint` reads `authored` and answers with findings.
"""
