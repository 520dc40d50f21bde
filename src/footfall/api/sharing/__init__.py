"""Links that show a project to people without a token: `/api/shares`, and the pages at `/share`."""
