"""Figures for Prometheus, counted in the database at the moment they are asked for.

So they are the same whichever process answers, and nothing is lost when one ends.
"""

from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

from afilia.documents import queries as documents
from afilia.ops import queries

__all__ = ["CONTENT_TYPE", "render"]


def render(*, now: datetime) -> bytes:
    registry = CollectorRegistry()
    jobs = Gauge("afilia_jobs", "Jobs in the queue by status", ["status"], registry=registry)
    for status, count in queries.jobs_by_status().items():
        jobs.labels(status).set(count)
    batches = Gauge("afilia_batches", "Batches by state", ["state"], registry=registry)
    for state, count in queries.batches_by_state().items():
        batches.labels(state).set(count)
    received = Gauge("afilia_received_files", "Files that people sent, by scan", ["scan"], registry=registry)
    for state, count in documents.scans().items():
        received.labels(state).set(count)
    waiting = Gauge("afilia_scan_wait_seconds", "Of the file that waits longest", registry=registry)
    waiting.set(documents.longest_scan_wait(now=now).total_seconds())
    heartbeats = queries.worker_heartbeats(now=now)
    Gauge("afilia_workers", "Workers of the queue", registry=registry).set(len(heartbeats))
    age = Gauge("afilia_worker_heartbeat_age_seconds", "Since the freshest heartbeat", registry=registry)
    age.set(heartbeats[0] if heartbeats else float("inf"))
    return generate_latest(registry)
