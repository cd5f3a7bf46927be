"""Log lines as text for people or JSON for machines, with process and request id."""

import json
import logging
import logging.config
import sys
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("tend_request_id", default="")
_process = "tend"
QUIET = ("rq.worker", "rq.queue", "rq.job", "alembic", "_granian", "limits")


class Lines(logging.Formatter):
    """One line an event: `2026-11-24T13:00:00+0100 web INFO tend.web text [request id]`."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S%z')} {_process:6} {record.levelname}"
        number = request_id.get()
        tail = f" [{number}]" if number else ""
        return f"{head} {record.name} {_text(self, record)}{tail}"


class Objects(logging.Formatter):
    """One JSON object an event."""

    def format(self, record: logging.LogRecord) -> str:
        event = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "process": _process,
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": _text(self, record),
        }
        if request_id.get():
            event["request"] = request_id.get()
        return json.dumps(event, ensure_ascii=False)


def _text(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info:
        text += "\n" + formatter.formatException(record.exc_info)
    return text


def set_up(form: str = "text", process: str = "tend", level: int = logging.INFO) -> None:
    """Send all logs of this process to standard error; `form` is text or json."""
    name_process(process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Objects() if form == "json" else Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Without a clock of their own and without what a request line may reveal.
    logging.raiseExceptions = False


def name_process(name: str) -> None:
    """Call this process `name` in its log lines from now on (a child after its fork)."""
    global _process  # noqa: PLW0603 - one name a process is the point
    _process = name
