"""ClickHouse (chDB) with nothing but its JSON type: the smallest of the ways in which a peer keeps the whole event. Not the event as it
came: text is rebuilt from paths, without the order of keys, white space and what a number looked like. For its size and its
loading only; the questions are asked of the table with columns and the text (clickhouse_peer)."""
import os

import chdb
from chdb import session

import peer

WORD = "LowCardinality(String)"
TIME = "DateTime64(6,'UTC')"
TYPED = [
    ("stageTimestamp", TIME), ("requestReceivedTimestamp", TIME), ("auditID", "String"), ("stage", WORD), ("level", WORD), ("verb", WORD),
    ("requestURI", "String"), ("userAgent", WORD), ("`user.username`", WORD), ("`user.uid`", WORD), ("`objectRef.apiGroup`", WORD),
    ("`objectRef.apiVersion`", WORD), ("`objectRef.resource`", WORD), ("`objectRef.subresource`", WORD),
    ("`objectRef.namespace`", WORD), ("`objectRef.name`", "String"), ("`responseStatus.code`", "UInt16"),
]


def load(file, directory, threads):
    database = session.Session(os.path.join(directory, "clickhouse"))
    database.query("CREATE DATABASE audit")
    typed = ", ".join(f"{path} {kind}" for path, kind in TYPED)
    database.query(
        f"CREATE TABLE audit.events (event JSON(max_dynamic_paths = 256, {typed})) ENGINE = MergeTree "
        "ORDER BY (toStartOfHour(event.stageTimestamp), event.objectRef.resource, event.user.username, event.verb, event.stageTimestamp) SETTINGS default_compression_codec = 'ZSTD(3)', object_serialization_version = 'v3', "
        "object_shared_data_serialization_version = 'advanced'")
    quoted = "'" + f"json JSON(max_dynamic_paths = 256, {typed})".replace("'", "\\'") + "'"
    with peer.Timer() as taken:
        database.query(
            f"INSERT INTO audit.events SELECT json FROM file('{file}', 'JSONAsObject', {quoted}) "
            f"SETTINGS max_threads = {threads}, max_insert_threads = {threads}, max_parsing_threads = {threads}, "
            f"input_format_parallel_parsing = {int(threads > 1)}, date_time_input_format = 'best_effort'")
    database.query("ALTER TABLE audit.events MODIFY SETTING default_compression_codec = 'ZSTD(9)'")
    database.query("OPTIMIZE TABLE audit.events FINAL")
    stored = database.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'audit'", "CSV")
    taken.stored_bytes = int(str(stored))
    database.close()
    return taken


if __name__ == "__main__":
    peer.run("ClickHouse JSON", chdb.__version__, load, None)
