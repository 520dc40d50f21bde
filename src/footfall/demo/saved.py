"""What the people of the shop have saved with it: goals, segments, a funnel and annotations."""

from __future__ import annotations

from footfall.clock import DAY
from footfall.demo.rhythm import SPIKES
from footfall.meta.saved import SavedByProject
from footfall.model.project import Project

GOALS = {
    "Order placed": "custom_event_name:purchase",
    "Added to cart": "custom_event_name:add_to_cart",
    "Checkout begun": "path:/checkout",
    "Newsletter joined": "custom_event_name:newsletter_signup",
}
SEGMENTS = {"Phones": "device:mobile", "Customers": "visitor_id:customer-*"}
FUNNELS = {"From product to order": ("path:/products/*", 'goal:"Added to cart"', 'goal:"Order placed"')}
ANNOTATIONS = {
    9: "Gift guide sent to all customers",
    45: "New checkout",
    **dict.fromkeys(SPIKES, "On the front page of Hacker News"),
}
"""Texts by the number of days ago."""


def save(saved: SavedByProject, project: Project, now: int, days: int) -> None:
    """With a project that has this many days of traffic; `now` in Unix milliseconds."""
    for name, text in GOALS.items():
        saved.goals.add(project, {"name": name, "filter": text})
    for name, text in SEGMENTS.items():
        saved.segments.add(project, {"name": name, "filter": text})
    for name, steps in FUNNELS.items():
        saved.funnels.add(project, {"name": name, "steps": steps, "window": "7d"})
    today = now - now % DAY
    for age, text in ANNOTATIONS.items():
        if age < days:
            saved.annotations.add(project, {"at": today - age * DAY, "text": text})
