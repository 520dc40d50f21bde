"""The bodies whose faults are documented as FastAPI with Pydantic 2 lists them: events, and proxy logs.

A body is decoded by msgspec. Only one that fails is read again by Pydantic, which lists the faults; where Pydantic
accepts it, its result is used.
"""
