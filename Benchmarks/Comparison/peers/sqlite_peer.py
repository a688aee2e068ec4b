"""SQLite: a row an event, with its fields and its text, and three indexes: time, identity, and what is changed where."""
import os
import re
import sqlite3

import peer

PATHS = {"audit_id": "auditID", "verb": "verb", "user_name": "user.username", "remote_ip": "sourceIPs[#-1]",
         "user_agent": "userAgent", "request_uri": "requestURI", "resource": "objectRef.resource",
         "namespace": "objectRef.namespace", "code": "responseStatus.code"}


def micros(path):
    text = f"(?1 ->> '$.{path}')"
    return f"(strftime('%s', substr({text}, 1, 19)) * 1000000 + substr({text}, 21, 6))"


QUERIES = {
    "Q1": "SELECT stage_time / 3600000000 * 3600000000 AS hour, count(*) FROM events WHERE code = 403 GROUP BY hour",
    "Q2": "SELECT user_name, remote_ip, count(*) AS n FROM events WHERE code IN (401, 403) GROUP BY 1, 2 "
          "ORDER BY n DESC, 1 NULLS LAST, 2 NULLS LAST LIMIT 20",
    "Q3": "SELECT user_name, remote_ip, count(*) FROM events WHERE user_name GLOB 'system:serviceaccount:*' AND "
          r"NOT remote_ip REGEXP '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)' GROUP BY 1, 2",
    "Q4": "SELECT raw FROM events WHERE verb IN ('create', 'update', 'patch', 'delete') AND resource = 'deployments' AND "
          "namespace = :namespace AND stage_time >= :since AND stage_time < :until ORDER BY stage_time DESC, rowid DESC LIMIT 100",
    "Q5": "SELECT user_agent, remote_ip, code, count(*) AS n FROM events GROUP BY 1, 2, 3 "
          "ORDER BY n DESC, 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST LIMIT 100",
    "Q6": "SELECT stage_time / 86400000000 * 86400000000 AS day, count(DISTINCT user_name), count(DISTINCT remote_ip) "
          "FROM events GROUP BY day",
    "Q7": "SELECT verb, resource, max(latency) FILTER (WHERE rank = (n * 50 + 99) / 100), max(latency) FILTER "
          "(WHERE rank = (n * 95 + 99) / 100), max(latency) FILTER (WHERE rank = (n * 99 + 99) / 100) FROM (SELECT verb, "
          "resource, latency, row_number() OVER (PARTITION BY verb, resource ORDER BY latency) AS rank, "
          "count(*) OVER (PARTITION BY verb, resource) AS n FROM events) GROUP BY 1, 2",
    "Q8": "SELECT raw FROM events WHERE audit_id = :auditID",
    "Q9": f"SELECT count(*) FROM events WHERE instr(user_agent, 'curl') OR request_uri REGEXP '{peer.SECRETS}'",
    "Q10": f"SELECT raw FROM events WHERE instr(raw, '{peer.RARE}')",
    "Q11": "SELECT remote_ip, min(stage_time) AS first FROM events WHERE remote_ip IS NOT NULL GROUP BY remote_ip "
           "HAVING first >= :lastDay",
    "Q12": "SELECT code, count(*), sum(latency), avg(latency) / 1e6 FROM events GROUP BY code",
}


def load(file, directory, threads):
    connection = sqlite3.connect(os.path.join(directory, "events.sqlite"))
    # Durable at the end, as the others are.
    for setting in ("journal_mode = OFF", "synchronous = OFF", "page_size = 16384", "cache_size = -262144"):
        connection.execute(f"PRAGMA {setting}")
    connection.execute(f"CREATE TABLE events (stage_time INTEGER, latency INTEGER, {', '.join(PATHS)}, raw TEXT)")
    values = [micros("stageTimestamp"), f"{micros('stageTimestamp')} - {micros('requestReceivedTimestamp')}",
              *(f"?1 ->> '$.{path}'" for path in PATHS.values()), "?1"]
    with peer.Timer() as taken:
        with open(file, encoding="utf-8", newline="\n") as lines, connection:
            connection.executemany(f"INSERT INTO events SELECT {', '.join(values)}",
                                   ((line.rstrip("\n"),) for line in lines))
        connection.execute("CREATE INDEX by_time ON events (stage_time)")
        connection.execute("CREATE INDEX by_identity ON events (audit_id)")
        connection.execute("CREATE INDEX by_object ON events (resource, namespace, stage_time)")
        connection.commit()
        os.sync()
    connection.execute("ANALYZE")
    connection.close()
    return taken


def open_store(directory, threads):
    connection = sqlite3.connect(f"file:{os.path.join(directory, 'events.sqlite')}?mode=ro", uri=True)
    connection.execute("PRAGMA cache_size = -1048576")
    connection.execute(f"PRAGMA threads = {threads}")
    patterns = {}

    def matches(pattern, text):
        if pattern not in patterns:
            patterns[pattern] = re.compile(pattern)
        return text is not None and patterns[pattern].search(text) is not None

    connection.create_function("regexp", 2, matches, deterministic=True)

    def ask(query, question):
        values = {name: question[name] if name in ("namespace", "auditID") else peer.microseconds(question[name])
                  for name in ("namespace", "since", "until", "auditID", "lastDay")}
        return connection.execute(QUERIES[query], values).fetchall()

    return ask


if __name__ == "__main__":
    peer.run("SQLite", sqlite3.sqlite_version, load, open_store)
