"""Superset's settings; Superset itself reads this file, in its own environment.

It is for one person on one machine: it listens on the loopback address alone, and pages
may ask for nothing beyond it. So the picture with which Superset counts its users, on a
server of its makers, is never asked for.
"""

import os
from pathlib import Path

_FOLDER = Path(os.environ["SUPERSET_HOME"])

SECRET_KEY = (_FOLDER / "secret_key").read_text(encoding="utf-8").strip()
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_METADATA"]
# while one request writes, the others wait
SQLALCHEMY_ENGINE_OPTIONS = {"connect_args": {"timeout": 60}}

APP_NAME = "Customer Insights"
FAB_ADD_SECURITY_API = False
FAB_API_SWAGGER_UI = False
LOAD_EXAMPLES = False
ROW_LIMIT = 50_000
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    # the loopback address has no certificate
    "force_https": False,
    "session_cookie_secure": False,
}
