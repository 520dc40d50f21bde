"""Network analytics, `/v2/apps/{app_id}/network/analytics`: requests over time, in total and by nine groupings."""
