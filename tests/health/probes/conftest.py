"""What the tests of probes share: certificates of an authority of their own, and real servers."""

from __future__ import annotations

from tests.health.probes.servers_databases import mariadb, postgres, redis_server
from tests.health.probes.servers_kafka import kafka_servers
from tests.transport.conftest import certificates

__all__ = ["certificates", "kafka_servers", "mariadb", "postgres", "redis_server"]
