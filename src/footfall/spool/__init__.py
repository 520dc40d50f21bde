"""The durable buffer between the answer to a client and the store."""
