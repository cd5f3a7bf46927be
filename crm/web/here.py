"""What belongs to this request or job, without the way through Flask's proxies.

A page looks at it hundreds of times, and each look through a proxy costs as much as the look-up.
"""

from flask import Request
from flask.ctx import _AppCtxGlobals
from flask.globals import _cv_app, _cv_request


def here() -> _AppCtxGlobals:
    """`g` itself. Outside of a request or job this is a LookupError."""
    return _cv_app.get().g


def asked() -> Request:
    """`request` itself. Outside of a request this is a LookupError."""
    return _cv_request.get().request
