"""The customer's own site: two tiny pages on another port that hold the quiz."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FRAME = """<iframe src="{tend}/q/readiness?embed=1&amp;{source}&amp;parent={here}&amp;path=/plain"
 title="Readiness check" width="100%" height="900"></iframe>"""
SCRIPT = """<script src="{tend}/embed.js" data-quiz="readiness" data-title="Readiness check" async>
</script>"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<title>Pricing</title><h1>Pricing</h1>{quiz}</html>"""
SOURCE = "utm_source=google&amp;utm_medium=cpc&amp;utm_campaign=q4"


class HostSite:
    """`site.url` with /pricing (the script) and /plain (the frame alone)."""

    def __init__(self, tend):
        site = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self):
                quiz = SCRIPT if self.path.startswith("/pricing") else FRAME
                html = quiz.format(tend=tend, here=site.url, source=SOURCE)
                body = PAGE.format(quiz=html).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                """Say nothing; the tests look at the pages."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        # A name of its own, so that the frame is another site's.
        self.url = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
