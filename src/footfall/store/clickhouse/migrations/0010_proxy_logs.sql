-- `traffic` is the name of a visitor's class in the other tables; this one holds proxy logs. Renaming keeps its rows and
-- the engine's memory of insert tokens. A second run finds no `traffic` and does nothing.

RENAME TABLE IF EXISTS traffic TO proxy_logs;
