"""One file per revision; revisions are four digits that count up."""
