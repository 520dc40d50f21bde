"""Exit status 0 where the server of this container is ready. Only the standard library: it runs every ten seconds."""

import os
import sys
import urllib.request

port = os.environ.get("FOOTFALL_PORT", "8000")
base_path = os.environ.get("FOOTFALL_BASE_PATH", "").rstrip("/")

try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{base_path}/readyz", timeout=4):
        pass
except OSError as error:
    sys.exit(f"not ready: {error}")
