"""Pages made of reports: progress notebooks, the course map. Draws, never decides."""
