"""The goals and segments that every project of the tests has saved: filter strings by name."""

from __future__ import annotations

GOALS = {
    "Blog": "path:/blog/* !event_type:custom",
    "Price seen": "path:/pricing",
    "Searchers' signup": "channel:search custom_event_name:signup",
    "Signup": "custom_event_name:signup",
}
"""In the order of their list."""

SEGMENTS = {"Phones": "device:mobile", "Romania, desktop": 'country:RO device:"desktop"'}

SAVED = {"goal": GOALS, "segment": SEGMENTS}
