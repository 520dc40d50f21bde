"""Rows for measurements: `python -m bench data DIR` fills a data directory once, the same for the same arguments.

`world` has the distinct values, made by the product's own pipeline; `draws` what is drawn and how often; `visits` draws
sessions and their events by index; `facts` and `sessions` gather columns; `requests` and `logs` are the other surfaces;
`filling` inserts month by month and keeps the manifest; `bulk` writes the same events as bodies of the bulk format.
"""
