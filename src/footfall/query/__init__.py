"""Questions and answers: every surface asks with a `Query`; passes complete it, one compiler writes its SQL."""
