"""From the spool into the store, exactly once.

take a batch (recorded in the spool) → plan it (`plan`: enrich, sessionise; nothing written) → put the plan on disk
(`journal`) → apply it to the store (each insert under a token of the batch) → finish the batch in the spool.

A crash anywhere leaves the batch unfinished. Where its plan is on disk, the very same plan is applied again and the
store drops what it has; where it isn't, nothing was written yet and the batch is planned afresh.
"""
