"""Network analytics, `/v2/apps/{app_id}/network/analytics`: a server's requests by ten keys over time."""
