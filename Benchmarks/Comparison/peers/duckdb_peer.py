"""DuckDB: a column for each field that the suite asks of, and the event's text. The log is nearly in the order of time, so its zone
maps do for time what an index would. All paths are taken out of an event in one parse."""
import os

import duckdb

import peer

QUERIES = {
    "Q1": "SELECT epoch_us(date_trunc('hour', stage_time)) AS hour, count(*) FROM events WHERE code = 403 GROUP BY hour",
    "Q2": "SELECT user_name, remote_ip, count(*) FROM events WHERE code IN (401, 403) GROUP BY ALL "
          "ORDER BY 3 DESC, 1 NULLS LAST, 2 NULLS LAST LIMIT 20",
    "Q3": "SELECT user_name, remote_ip, count(*) FROM events WHERE starts_with(user_name, 'system:serviceaccount:') "
          r"AND NOT regexp_matches(remote_ip, '^(10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)') GROUP BY ALL",
    "Q4": "SELECT raw FROM events WHERE verb IN ('create', 'update', 'patch', 'delete') AND resource = 'deployments' "
          "AND namespace = $namespace AND stage_time >= $since::TIMESTAMP AND stage_time < $until::TIMESTAMP "
          "ORDER BY stage_time DESC, rowid DESC LIMIT 100",
    "Q5": "SELECT user_agent, remote_ip, code, count(*) FROM events GROUP BY ALL "
          "ORDER BY 4 DESC, 1 NULLS LAST, 2 NULLS LAST, 3 NULLS LAST LIMIT 100",
    "Q6": "SELECT epoch_us(date_trunc('day', stage_time)) AS day, count(DISTINCT user_name), count(DISTINCT remote_ip) "
          "FROM events GROUP BY day",
    "Q7": "SELECT verb, resource, q[1], q[2], q[3] FROM (SELECT verb, resource, "
          "quantile_disc(latency, [0.5, 0.95, 0.99]) AS q FROM events GROUP BY ALL)",
    "Q8": "SELECT raw FROM events WHERE audit_id = $auditID",
    "Q9": f"SELECT count(*) FROM events WHERE contains(user_agent, 'curl') OR regexp_matches(request_uri, '{peer.SECRETS}')",
    "Q10": f"SELECT raw FROM events WHERE contains(raw, '{peer.RARE}')",
    "Q11": "SELECT remote_ip, epoch_us(min(stage_time)) FROM events WHERE remote_ip IS NOT NULL GROUP BY remote_ip "
           "HAVING min(stage_time) >= $lastDay::TIMESTAMP",
    "Q12": "SELECT code, count(*), sum(latency)::BIGINT, avg(latency) / 1e6 FROM events GROUP BY code",
}
PATHS = ["auditID", "stageTimestamp", "requestReceivedTimestamp", "verb", "user.username", "sourceIPs[#-1]", "userAgent",
         "requestURI", "objectRef.resource", "objectRef.namespace", "responseStatus.code"]


def connect(directory, threads):
    return duckdb.connect(os.path.join(directory, "events.duckdb"), config={"threads": threads})


def load(file, directory, threads):
    text = [f"found[{i + 1}] ->> '$'" for i in range(len(PATHS))]
    found = ", ".join(f"'$.{path}'" for path in PATHS)
    connection = connect(directory, threads)
    with peer.Timer() as taken:
        connection.execute(
            f"""CREATE TABLE events AS SELECT {text[0]} AS audit_id, ({text[1]})::TIMESTAMP AS stage_time,
            date_diff('microsecond', ({text[2]})::TIMESTAMP, ({text[1]})::TIMESTAMP) AS latency, {text[3]} AS verb,
            {text[4]} AS user_name, {text[5]} AS remote_ip, {text[6]} AS user_agent, {text[7]} AS request_uri,
            {text[8]} AS resource, {text[9]} AS namespace, ({text[10]})::SMALLINT AS code, raw
            FROM (SELECT raw, json_extract(raw, [{found}]) AS found FROM read_csv(?, columns = {{'raw': 'VARCHAR'}},
            header = false, auto_detect = false, delim = '\x01', quote = '', escape = '', new_line = '\\n',
            max_line_size = {16 << 20}))""", [file])
        connection.execute("CHECKPOINT")
    connection.close()
    return taken


def open_store(directory, threads):
    connection = connect(directory, threads)

    def ask(query, question):
        sql = QUERIES[query]
        values = {name: question[name] for name in ("namespace", "since", "until", "auditID", "lastDay") if "$" + name in sql}
        return connection.execute(sql, values).fetchall()

    return ask


if __name__ == "__main__":
    peer.run("DuckDB", duckdb.__version__, load, open_store)
