"""Every project at a glance: `/api/sites`."""
