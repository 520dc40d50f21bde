"""Wire formats, one per module: the body as sent, how it is decoded, and the raw record that it becomes.

No format imports another one. What several of them read (times, money, addresses, names, ids) stands in
`collect/fields.py`; what browsers report becomes a `collect/hit.py` `Hit`, what servers report a
`collect/requests.py` `SeenRequest`.
"""
