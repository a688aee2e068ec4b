#!/usr/bin/env python3
"""The answers of the server beside those of the command line, and its OpenAPI document beside what it does.

    serve_answers.py --auditstore .build/release/auditstore metadata.ndjson

Needs openapi-spec-validator and jsonschema. Both sides read the same store, so that answers have to be equal byte for byte.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse

import jsonschema
from openapi_spec_validator import validate

from serving import INGEST, READ, Checks, Server, event_list, lines_of, workplace

QUERIES = [
    {},
    {"by": "verb"},
    {"by": "user.username,verb", "agg": "count,distinct(objectRef.resource),p99(latency)", "top": "10"},
    {"where": "responseStatus.code >= 400", "every": "1h", "agg": "count,distinct(user.username)"},
    {"every": "1d", "time-zone": "Europe/Berlin", "fill": "true"},
    {"by": "sourceIPs", "agg": "count,max(latency)", "order": "max(latency):desc", "limit": "7"},
    {"by": "user.username", "having": "count > 100"},
    {"where": 'user.username == "nobody"', "by": "verb"},
    {"by": 'annotations["authorization.k8s.io/decision"]', "agg": "count,avg(latency),stddev(latency),topK(verb,2)"},
    {"by": "cluster,source"},
]
EVENTS = [
    {"limit": "100"},
    {"where": 'verb == "delete"', "order": "newest"},
    {"order": "oldest", "limit": "1000"},
    {"where": "responseStatus.code == 403", "since": "2000-01-01", "until": "now+1h"},
    {},
]


def options(parameters):
    return [part for name, value in parameters.items()
            for part in ([f"--{name}"] if value == "true" else [f"--{name}", value])]


def answers(check, server, tool):
    def command(subcommand, parameters, *more):
        return subprocess.run(
            [tool, subcommand, "--store", server.store, *options(parameters), *more], check=True, capture_output=True
        ).stdout

    for parameters in QUERIES:
        path = "/v1/query?" + urllib.parse.urlencode(parameters)
        for form in ("json", "ndjson"):
            expected = command("query", parameters, "--format", form)
            text = path + ("&" if parameters else "") + (f"format={form}" if form != "json" else "")
            status, fields, found = server.ask("GET", text)
            check.equal(f"{path} as {form}", (status, found), (200, expected))
        as_json = dict(parameters)
        for name in ("by", "agg"):
            if name in as_json and "(" not in as_json[name] and "[" not in as_json[name]:
                as_json[name] = as_json[name].split(",")
        as_json = {n: v if isinstance(v, list) else int(v) if v.isdigit() else True if v == "true" else v
                   for n, v in as_json.items()}
        for body, kind in ((json.dumps(as_json), "application/json"),
                           (urllib.parse.urlencode(parameters), "application/x-www-form-urlencoded")):
            found = server.ask("POST", "/v1/query", body, headers={"Content-Type": kind})
            check.equal(f"{parameters} posted as {kind}", (found[0], found[2]), (200, command("query", parameters, "--format", "json")))
    for parameters in EVENTS:
        path = "/v1/events?" + urllib.parse.urlencode(parameters)
        found = server.ask("GET", path)
        check.equal(path, (found[0], found[2] == command("events", parameters)), (200, True))
    return json.loads(command("stats", {}, "--format", "json"))


def exposition(check, text):
    """Prometheus' text format, line by line."""
    types, samples = {}, {}
    name = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
    sample = re.compile(rf'^({name})(\{{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*\}})? (-?[0-9.e+-]+|\+Inf|-Inf|NaN)$')
    for line in text.split("\n")[:-1]:
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split(" ")
            check(f"{family} has one type", family not in types)
            types[family] = kind
        elif not line.startswith("# HELP "):
            match = sample.match(line)
            check(f"a sample: {line}", match is not None)
            if match:
                samples[match[1] + (match[2] or "")] = float(match[3])
                family = re.sub("_(bucket|sum|count)$", "", match[1])
                check(f"{match[1]} has a type", match[1] in types or types.get(family) == "histogram")
    return samples


def document(check, server, lines):
    status, fields, body = server.ask("GET", "/openapi.json", token=None)
    document = json.loads(body)
    kept = os.path.join(os.path.dirname(__file__), "..", "..", "Docs", "openapi.json")
    with open(kept, "rb") as file:
        check("Docs/openapi.json is that of the server", file.read() == body)
    try:
        validate(document)
        check("the OpenAPI document is valid", True)
    except Exception as error:  # noqa: BLE001
        check("the OpenAPI document is valid", False, error)
    good = event_list(lines[:3])

    def checked(path, method, expected, url=None, body=None, headers=None, token=READ):
        """Asks, and holds the answer against the document."""
        operation = document["paths"][path][method]
        status, fields, answer = server.ask(method.upper(), url or path, body, token, headers)
        name = f"{method.upper()} {url or path}"
        check.equal(name, status, expected)
        check(f"{name}: {status} is documented", str(status) in operation["responses"])
        response = operation["responses"].get(str(status), {"content": {}})
        kind = fields.get("Content-Type", "").split(";")[0]
        check(f"{name}: {kind} is documented", kind in response["content"])
        for header in response.get("headers", {}):
            check(f"{name}: {header}", header in fields)
        if kind == "application/json" and kind in response["content"]:
            schema = {**response["content"][kind]["schema"], "components": document["components"]}
            try:
                jsonschema.validate(json.loads(answer), schema)
                check(f"{name}: the answer fits its schema", True)
            except jsonschema.ValidationError as error:
                check(f"{name}: the answer fits its schema", False, error.message)

    tried = set()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            tried.add((path, method))
            url = path.replace("{cluster}", "c1")
            is_ingest = {"ingestToken": []} in operation["security"]
            is_open = operation["security"] == []
            token = INGEST["c1"] if is_ingest else READ
            body = good if is_ingest else None
            headers = {"Content-Type": "application/json"} if is_ingest else {}
            checked(path, method, 200, url, body, headers, token)
            # Every parameter is known, and no other.
            for parameter in operation.get("parameters", []):
                if parameter["in"] != "query":
                    continue
                value = {"where": "verb == 'get'", "since": "2000-01-01", "until": "now", "by": "verb", "agg": "count",
                         "having": "count > 0", "order": "count:desc", "every": "1d", "timeout": "30s"}.get(parameter["name"])
                schema = parameter["schema"]
                query = {parameter["name"]: value or str(schema.get("enum", [schema.get("minimum", "true")])[0])}
                if parameter["name"] == "order" and "enum" in schema:
                    query["order"] = schema["enum"][-1]
                if parameter["name"] in ("fill", "time-zone"):
                    query["every"] = "1d"
                if parameter["name"] == "time-zone":
                    query["time-zone"] = "Europe/Berlin"
                checked(path, method, 200, url + "?" + urllib.parse.urlencode(query), body, headers, token)
                if "enum" in schema or schema["type"] == "integer":
                    checked(path, method, 400, url + f"?{parameter['name']}=no-such", body, headers, token)
            if not is_open:
                checked(path, method, 401, url, body, headers, None)
            if "400" in operation["responses"]:
                checked(path, method, 400, url + "?no-such-parameter=1", body, headers, token)
            if is_ingest:
                checked(path, method, 415, url, good, {"Content-Type": "text/plain"}, token)
                checked(path, method, 400, url, b"{}", headers, token)
                if "{cluster}" in path:
                    checked(path, method, 403, url, body, headers, INGEST["c2"])
    for path in document["paths"]:
        status, _, answer = server.ask("PATCH", path.replace("{cluster}", "c1"), b"")
        check.equal(f"PATCH {path}", status, 405)
    check("all paths were tried", len(tried) >= 9, tried)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--auditstore", default=".build/release/auditstore")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    check = Checks()
    directory = workplace("auditstore-answers-")
    lines = lines_of(arguments.log, 20000)
    server = Server(tool, directory, "--no-compaction", "--max-rows", "100000")
    server.start()
    for index in range(0, len(lines), 400):
        status, answer = server.send(lines[index:index + 400], ("c1", "c2")[index // 400 % 2], compressed=index % 800 == 0)
        check.equal("a batch", (status, json.loads(answer)["events"]), (200, len(lines[index:index + 400])))
    unsealed = server.ask("GET", "/v1/events")[2]
    check("events that are not sealed come as they were sent", unsealed == b"".join(line + b"\n" for line in lines))
    # From here on the store is the same for both sides.
    check.equal("a graceful stop", server.stop(), 0)
    server.start()
    while server.ask("GET", "/readyz", token=None)[0] != 200:
        pass
    stats = answers(check, server, tool)
    found = json.loads(server.ask("GET", "/v1/stats")[2])
    # The server has a file of the WAL, which costs some bytes.
    for name in ("storedBytes", "bytesPerEvent", "ratio"):
        stats.pop(name), found.pop(name)
    check.equal("stats", found, stats)
    document(check, server, lines)
    samples = exposition(check, server.ask("GET", "/metrics")[2].decode())
    check.equal("events of the store", samples.get("auditstore_events"), len(lines))
    check.equal("the server is ready", samples.get("auditstore_ready"), 1)
    check("time of queries", any(name.startswith('auditstore_query_seconds_count{endpoint="query"}') for name in samples))
    check.equal("a graceful stop", server.stop(), 0)
    if check.failed == 0:
        shutil.rmtree(directory)
    else:
        print(f"see {directory}")
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
