"""ClickHouse (chDB): the envelope of an event as typed columns, the event's text beside them, MergeTree ordered by time.

Of the ways tried this loads fastest: read lines (LineAsString), and let one JSONExtract take the whole envelope of a line into a
tuple, so that each event is parsed once. On real logs, in CPU time: JSONAsString is up to 15 % slower (it finds the ends of the
objects by itself), a JSONExtractString for each column 3 times (it parses the event 25 times over), a cast to the JSON type with
typed paths 2.5 to 4 times. JSONEachRow cannot keep the text of the event, so it does not qualify.

Whether the tuple has LowCardinality members or the columns are converted later makes no measurable difference; neither do smaller
blocks, mmap or optimize_on_insert=0. ZSTD(3) while loading, ZSTD(9) once parts are merged (as AuditStore compacts).
"""
import json
import os

import chdb
from chdb import session

import peer

WORD = "LowCardinality(String)"
TEXT = "String"
TIME = "DateTime64(6,'UTC')"

# The path in the event and its type; the column is named by the path.
COLUMNS = [
    ("stageTimestamp", TIME),
    ("requestReceivedTimestamp", TIME),
    ("auditID", TEXT),
    ("stage", WORD),
    ("level", WORD),
    ("verb", WORD),
    ("requestURI", TEXT),
    ("userAgent", WORD),
    ("user.username", WORD),
    ("user.uid", WORD),
    ("user.groups", f"Array({WORD})"),
    ("impersonatedUser.username", WORD),
    ("sourceIPs", f"Array({WORD})"),
    ("objectRef.apiGroup", WORD),
    ("objectRef.apiVersion", WORD),
    ("objectRef.resource", WORD),
    ("objectRef.subresource", WORD),
    ("objectRef.namespace", WORD),
    ("objectRef.name", TEXT),
    ("objectRef.uid", TEXT),
    ("objectRef.resourceVersion", TEXT),
    ("responseStatus.code", "UInt16"),
    ("responseStatus.status", WORD),
    ("responseStatus.reason", WORD),
    ("responseStatus.message", TEXT),
    ("annotations.authorization.k8s.io/decision", WORD),
    ("annotations.authorization.k8s.io/reason", WORD),
]
MICROSECONDS = "toUnixTimestamp64Micro({})"
LATENCY = "dateDiff('microsecond', requestReceivedTimestamp, stageTimestamp)"
# A level below the rank by less than a hundred-millionth of the events: then quantileExact gives the nearest rank.
RANKS = ", ".join(f"{q} - 1e-10" for q in (0.5, 0.95, 0.99))
QUERIES = {
    "Q1": f"SELECT toUnixTimestamp(toStartOfHour(stageTimestamp)) * 1000000 AS hour, count() FROM audit.events "
          "WHERE `responseStatus.code` = 403 GROUP BY hour",
    "Q2": "SELECT `user.username`, remoteIP, count() AS n FROM audit.events WHERE `responseStatus.code` IN (401, 403) "
          "GROUP BY 1, 2 ORDER BY n DESC, `user.username` = '', `user.username`, remoteIP = '', remoteIP LIMIT 20",
    "Q3": "SELECT `user.username`, remoteIP, count() FROM audit.events WHERE startsWith(`user.username`, "
          "'system:serviceaccount:') AND remoteIP != '' AND NOT match(remoteIP, "
          r"'^(10\\.|192\\.168\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.)') GROUP BY 1, 2",
    "Q4": "SELECT raw FROM audit.events WHERE verb IN ('create', 'update', 'patch', 'delete') AND "
          "`objectRef.resource` = 'deployments' AND `objectRef.namespace` = '{namespace}' AND "
          "stageTimestamp >= toDateTime64('{since}', 6, 'UTC') AND stageTimestamp < toDateTime64('{until}', 6, 'UTC') "
          "ORDER BY stageTimestamp DESC LIMIT 100",
    "Q5": "SELECT userAgent, remoteIP, `responseStatus.code` AS code, count() AS n FROM audit.events GROUP BY 1, 2, 3 ORDER BY "
          "n DESC, userAgent = '', userAgent, remoteIP = '', remoteIP, code = 0, code LIMIT 100",
    "Q6": "SELECT toUnixTimestamp(toStartOfDay(stageTimestamp)) * 1000000 AS day, uniqExactIf(`user.username`, "
          "`user.username` != ''), uniqExactIf(remoteIP, remoteIP != '') FROM audit.events GROUP BY day",
    "Q7": f"SELECT verb, `objectRef.resource`, q[1], q[2], q[3] FROM (SELECT verb, `objectRef.resource`, "
          f"quantilesExact({RANKS})({LATENCY}) AS q FROM audit.events GROUP BY 1, 2)",
    "Q8": "SELECT raw FROM audit.events WHERE auditID = '{auditID}'",
    "Q9": f"SELECT count() FROM audit.events WHERE userAgent LIKE '%curl%' OR match(requestURI, '{peer.SECRETS}')",
    "Q10": f"SELECT raw FROM audit.events WHERE raw LIKE '%{peer.RARE}%'",
    "Q11": "SELECT remoteIP, toUnixTimestamp64Micro(min(stageTimestamp)) AS first FROM audit.events WHERE remoteIP != '' "
           "GROUP BY remoteIP HAVING min(stageTimestamp) >= toDateTime64('{lastDay}', 6, 'UTC')",
    "Q12": f"SELECT `responseStatus.code`, count(), sum({LATENCY}), avg({LATENCY}) / 1e6 FROM audit.events GROUP BY 1",
}


def quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def members(path):
    """The steps of a path; annotation keys hold dots themselves, so only the first dot parts anything."""
    return path.split(".", 1)


def envelope_type():
    """The type of the tuple that JSONExtract fills: the columns, nested as they are in the event."""
    fields, nested = [], {}
    for path, kind in COLUMNS:
        first, *rest = members(path)
        if rest:
            nested.setdefault(first, []).append(f"`{rest[0]}` {kind}")
        else:
            fields.append(f"{first} {kind}")
    fields += [f"{name} Tuple({', '.join(parts)})" for name, parts in nested.items()]
    return f"Tuple({', '.join(fields)})"


def create_statement():
    # Times follow each other closely, so their differences are stored; for all else ZSTD alone is the usual choice.
    columns = [f"`{path}` {kind}" + (" CODEC(Delta, ZSTD(3))" if kind == TIME else "") for path, kind in COLUMNS]
    columns += [f"remoteIP {WORD}", "raw String"]
    return (f"CREATE TABLE audit.events ({', '.join(columns)}) ENGINE = MergeTree ORDER BY stageTimestamp "
            "SETTINGS default_compression_codec = 'ZSTD(3)'")


def insert_statement(path, threads):
    values = ["event." + ".".join(f"`{step}`" for step in members(column)) for column, _ in COLUMNS]
    values += ["event.sourceIPs[-1]", "line"]
    settings = {
        "max_threads": threads,
        "max_insert_threads": threads,
        "max_parsing_threads": threads,
        "input_format_parallel_parsing": int(threads > 1),
        # Without it, a DateTime64 is not read from text that ends in Z.
        "date_time_input_format": "'best_effort'",
    }
    return (f"INSERT INTO audit.events SELECT {', '.join(values)} FROM ("
            f"SELECT line, JSONExtract(line, {quoted(envelope_type())}) AS event "
            f"FROM file({quoted(path)}, 'LineAsString', 'line String')) "
            "SETTINGS " + ", ".join(f"{name} = {value}" for name, value in settings.items()))


def load(file, directory, threads):
    database = session.Session(os.path.join(directory, "clickhouse"))
    database.query("CREATE DATABASE audit")
    database.query(create_statement())
    # Loading the library and making the table are left out: a server would have done so long ago.
    with peer.Timer() as taken:
        database.query(insert_statement(file, threads))
    database.query("ALTER TABLE audit.events MODIFY SETTING default_compression_codec = 'ZSTD(9)'")
    database.query("OPTIMIZE TABLE audit.events FINAL")
    taken.events = int(str(database.query("SELECT count() FROM audit.events", "CSV")))
    # Parts that were merged away stay for some minutes: what counts are the others.
    stored = database.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND database = 'audit'", "CSV")
    taken.stored_bytes = int(str(stored))
    database.close()
    return taken


def open_store(directory, threads):
    database = session.Session(os.path.join(directory, "clickhouse"))

    def ask(query, question):
        sql = QUERIES[query]
        for name in ("namespace", "since", "until", "auditID", "lastDay"):
            # Its times have no Z.
            value = question[name][:26] if name in ("since", "until", "lastDay") else quoted(question[name])[1:-1]
            sql = sql.replace("{" + name + "}", value)
        # A query result is text; nobody gets typed rows from it cheaper than by parsing a compact form.
        answer = str(database.query(f"{sql} SETTINGS max_threads = {threads}, output_format_json_quote_64bit_integers = 0",
                                    "JSONCompactEachRow"))
        # Absent values are stored as empty text and as the code 0; a verb can be empty, and never lacks.
        absent = {"Q2": ("", ""), "Q5": ("", "", 0), "Q7": (None, ""), "Q12": (0,)}.get(query, ())
        rows = [json.loads(line) for line in answer.splitlines()]
        for row in rows:
            for column, value in enumerate(absent):
                if row[column] == value:
                    row[column] = None
        return rows

    return ask


if __name__ == "__main__":
    peer.run("ClickHouse", chdb.__version__, load, open_store)
