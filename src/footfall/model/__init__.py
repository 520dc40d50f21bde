"""Pure data: what moves through the house. Imports nothing of Footfall's."""
