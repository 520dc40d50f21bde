"""From the spool into the store, exactly once.

take a batch (recorded in the spool) → plan it (`plan`: enrich, sessionise; nothing written) → put the plan on disk
(`journal`) → apply it to the store (each insert under a token of the batch) → finish the batch in the spool.

A crash anywhere leaves the batch unfinished. If its plan is on disk, the same plan is applied again and the store
ignores what it already has; if not, nothing was written yet and the batch is planned anew.
"""
