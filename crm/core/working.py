"""The RQ side of background work: workers that run nothing but jobs of ours."""

import logging
import os
import signal

import redis
from flask import Flask
from rq import Queue, Worker
from rq.serializers import JSONSerializer

from crm.core import logs
from crm.core.db import db
from crm.core.processes import die_with_parent
from crm.core.queue import TendJob, forget_connections

log = logging.getLogger("tend.worker")

WORKER_TTL = 30
MAINTENANCE_SECONDS = 10


class TendWorker(Worker):
    """An RQ worker whose jobs run in an app context and end with their worker."""

    app: Flask

    def main_work_horse(self, job, queue):
        """In the forked horse: its own connections, and no life without the worker."""
        # The worker's process is the parent; a horse that outlived it would work beside its heir.
        die_with_parent(int(os.environ["TEND_WORKER_PID"]), signal.SIGKILL)
        logs.name_process("job")
        super().main_work_horse(job, queue)

    def perform_job(self, job, queue, execution):
        """Run one job in an app context; the session ends with it."""
        with self.app.app_context():
            forget_connections()
            try:
                return super().perform_job(job, queue, execution)
            finally:
                db.session.remove()


def work(app: Flask, queues: tuple[str, ...]) -> int:
    """Work on `queues` until told to stop; returns the exit code of the process."""
    os.environ["TEND_WORKER_PID"] = str(os.getpid())
    with app.app_context():
        forget_connections()
    connection = redis.Redis.from_url(app.extensions["tend.config"].redis_url)
    worker = TendWorker(
        [
            Queue(name, connection=connection, serializer=JSONSerializer, job_class=TendJob)
            for name in queues
        ],
        connection=connection,
        serializer=JSONSerializer,
        job_class=TendJob,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
        log_job_description=False,
    )
    worker.app = app
    try:
        worker.work(with_scheduler=False, logging_level=None)
    except (redis.RedisError, OSError) as error:
        log.warning("queue server away: %s", type(error).__name__)
        return 1
    return 0
