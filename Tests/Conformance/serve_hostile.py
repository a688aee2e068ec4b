#!/usr/bin/env python3
"""Requests that no good client sends, each answered by the right status while events go on coming in.

    serve_hostile.py --auditstore .build/release/auditstore metadata.ndjson
"""

import argparse
import gzip
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib

from serving import INGEST, READ, Checks, Server, event_list, failure, free_port, lines_of, workplace

PATH = "/v1/clusters/c1/events"


class Background(threading.Thread):
    """Sends good batches all the time; each has to be taken, and soon."""

    def __init__(self, server, lines):
        super().__init__(daemon=True)
        self.server, self.lines = server, lines
        self.sent = self.refused = 0
        self.slowest = 0.0
        self.stopping = False
        # Others may hold all places for now.
        self.may_be_refused = False

    def run(self):
        connection = self.server.connect()
        while not self.stopping:
            begin = time.monotonic()
            start = self.sent * 50 % len(self.lines)
            status, _ = self.server.send(self.lines[start:start + 50], "c2", connection)
            self.slowest = max(self.slowest, time.monotonic() - begin)
            self.sent += 1
            self.refused += status != 200 and not self.may_be_refused
            time.sleep(0.01)


def raw(server, *pieces, wait=10, half_close=False):
    """Sends bytes, and reads until the server ends the connection: the status of the answer (0 for none) and the seconds."""
    begin = time.monotonic()
    answer = b""
    try:
        connection = server.raw(wait)
        for piece in pieces:
            if isinstance(piece, float):
                time.sleep(piece)
            else:
                connection.sendall(piece)
        if half_close:
            connection.unwrap() if server.tls else connection.shutdown(socket.SHUT_WR)
        while True:
            piece = connection.recv(65536)
            answer += piece
            if not piece or b"\r\n\r\n" in answer:
                break
        connection.close()
    except (OSError, ssl.SSLError, ValueError):
        pass
    status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0
    return status, time.monotonic() - begin


def head(path=PATH, method="POST", token=INGEST["c1"], **headers):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def access(check, server, good):
    def status(name, expected, method, path, body=None, token=None, headers=None):
        found, fields, answer = server.ask(method, path, body, token, headers)
        check.equal(name, found, expected)
        if found >= 400:
            check(f"{name}: the answer says why", failure(answer)["message"] != "", answer)
        return fields

    status("no token", 401, "POST", PATH, good)
    fields = status("a wrong token", 401, "POST", PATH, good, "x" * 30)
    check("a challenge", "Bearer" in fields.get("WWW-Authenticate", ""))
    status("another scheme", 401, "POST", PATH, good, None, {"Authorization": "Basic eDp5"})
    status("the token of another cluster", 403, "POST", PATH, good, INGEST["c2"])
    status("a read token for events", 401, "POST", PATH, good, READ)
    status("an ingest token for questions", 401, "GET", "/v1/query", None, INGEST["c1"])
    status("no token for questions", 401, "GET", "/v1/stats")
    status("no token for metrics", 401, "GET", "/metrics")
    status("a beginning of a token", 401, "POST", PATH, good, INGEST["c1"][:-1])
    status("a token with more behind it", 401, "POST", PATH, good, INGEST["c1"] + "x")
    for path in ("/v2", "/v1/clusters/c1", "/v1//query", "/v1/query/", "/v1/clusters/c1/events/x", "/%2e%2e/etc/passwd",
                 "/v1/clusters/../../etc/passwd", "//", "/\x7f".replace("\x7f", "%7f")):
        status(f"the path {path}", 404, "GET", path, None, READ)
    status("a cluster that is no name", 403, "POST", "/v1/clusters/a%20b/events", good, INGEST["c1"])
    for method, path, allowed in (("GET", PATH, "POST"), ("DELETE", "/v1/query", "GET, POST"), ("PUT", "/", "POST"),
                                  ("POST", "/healthz", "GET"), ("OPTIONS", "/v1/stats", "GET")):
        fields = status(f"{method} {path}", 405, method, path, b"" if method != "GET" else None, READ)
        check.equal(f"what {path} allows", fields.get("Allow"), allowed)


def bodies(check, server, good, limit):
    def status(name, expected, body, headers=None, contains=None):
        found, _, answer = server.ask("POST", PATH, body, INGEST["c1"], headers)
        check.equal(name, found, expected)
        if contains:
            check(f"{name}: {contains}", contains in answer.decode(), answer)

    status("another type", 415, good, {"Content-Type": "text/html"})
    status("another encoding", 415, good, {"Content-Encoding": "br"})
    status("an empty body", 400, b"", contains="noEventList")
    status("text", 400, b"hello", contains='"offset"')
    status("no items", 400, b'{"kind":"EventList"}', contains="noEventList")
    status("one event", 400, b'{"kind":"Event","auditID":"x"}', contains="noEventList")
    status("cut off", 400, good[:-10], contains='"stored"')
    status("rubbish in the list", 400, b'{"items":[{"a":1} 2]}', contains='"item"')
    status("no gzip", 400, good, {"Content-Encoding": "gzip"}, contains='"gzip"')
    status("gzip that is cut off", 400, gzip.compress(good)[:-9], {"Content-Encoding": "gzip"}, contains="within compressed")
    status("two gzip members", 200, gzip.compress(good[:40]) + gzip.compress(good[40:]), {"Content-Encoding": "gzip"})
    status("no items at all", 200, b'{"items":[]}')
    status("pretty-printed", 200, json.dumps(json.loads(good), indent=2).encode())
    depth = 1_000_000
    status("deep nesting of an item", 200, b'{"items":[' + b"[" * depth + b"]" * depth + b"]}")
    status("deep nesting around", 400, b'{"a":' * depth)
    status("many items that are nothing", 200, b'{"items":[' + b"1," * 200_000 + b"1]}")
    status("keys without end", 400, b'{"' + b"k" * 1_000_000)
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = b" " * (1 << 20)
    packed = b"".join(bomb.compress(zeros) for _ in range(limit // len(zeros) + 16)) + bomb.flush()
    before = server.memory()
    status("a gzip bomb", 413, packed, {"Content-Encoding": "gzip"})
    check("a gzip bomb costs no memory", server.memory() - before < 40, f"{server.memory() - before:.0f} MB")
    check.equal("a length beyond the limit", raw(server, head(Content_Length=str(limit + 1)))[0], 413)
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    check.equal(
        "chunks beyond the limit",
        raw(server, head(Transfer_Encoding="chunked") + b"1\r\n{\r\n", *[chunk] * (limit // 65536 + 2), wait=30)[0], 413)
    # An event too large to be one: it goes to the quarantine, and the others are stored.
    large = b'{"large":"' + b"".join(b"%020d" % i for i in range(1_000_000)) + b'"}'
    found, _, answer = server.ask("POST", PATH, event_list([b'{"auditID":"beside-the-large-one"}', large]), INGEST["c1"])
    check.equal("an event that is too large", (found, json.loads(answer)["oversized"]), (200, 1))


def wires(check, server, good):
    check.equal("no HTTP", raw(server, b"\x00\x01\x02\r\n\r\n")[0], 400)
    check.equal("HTTP of nobody", raw(server, b"POST / HTTP/9.9\r\n\r\n")[0], 400)
    check.equal("large headers", raw(server, head(X_Large="x" * 200_000))[0], 431)
    many = {f"X_{i}": "y" for i in range(500)}
    check.equal("many headers", raw(server, head(**many))[0], 431)
    check.equal("two lengths", raw(server, head(Content_Length="5") .replace(b"Host", b"Content-Length: 6\r\nHost") + b"hello")[0], 400)
    check.equal("a negative length", raw(server, head(Content_Length="-5"))[0], 400)
    check.equal("a bad chunk", raw(server, head(Transfer_Encoding="chunked") + b"zz\r\n")[0], 400)
    for target in ("http://", "http://[::1", "*", "?", "/?%", "/v1/query?" + "&" * 1000, "/v1/query?%ff=1"):
        found, _ = raw(server, head(target, "GET", READ, Connection="close"))
        check(f"the target {target[:20]}", found in (200, 400, 404, 405), found)
    found, seconds = raw(server, head(Content_Length="1000000") + good[:100], wait=20)
    check("a body that stops is answered by 408", found == 408 and seconds < 8, (found, seconds))
    drip = [piece for _ in range(40) for piece in (b" ", 0.2)]
    found, seconds = raw(server, head(Content_Length="1000000"), *drip, wait=20)
    check("a body that drips", found in (0, 408) and seconds < 12, (found, seconds))
    found, seconds = raw(server, head()[:60], wait=30)
    check("headers that stop", found == 0 and seconds < 12, (found, seconds))
    found, seconds = raw(server, wait=30)
    check("a connection without a request", found == 0 and seconds < 12, (found, seconds))
    found, seconds = raw(server, head(Content_Length=str(len(good))) + good[:100], half_close=True)
    check("half closed within a body", found in (0, 400, 408) and seconds < 12, (found, seconds))
    expects = head(Content_Length=str(len(good)), Expect="100-continue")
    connection = server.raw()
    connection.sendall(expects)
    check("100 Continue", connection.recv(4096).startswith(b"HTTP/1.1 100"))
    connection.sendall(good)
    check("and 200 then", connection.recv(4096).startswith(b"HTTP/1.1 200"))
    connection.close()


def handshakes(check, server):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=15)
    plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    try:
        answer = plain.recv(4096)
    except OSError:
        answer = b""
    check("plain HTTP is not answered", b"HTTP" not in answer, answer)
    context = server.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.minimum_version = ssl.TLSVersion.TLSv1
    try:
        context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), timeout=10), server_hostname="localhost")
        check("TLS 1.1", False)
    except (ssl.SSLError, OSError, ValueError):
        check("TLS 1.1", True)
    for _ in range(50):
        silent = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        silent.sendall(os.urandom(100))
        silent.close()


def questions(check, server):
    def ask(name, expected, path, code=None, **more):
        found, _, answer = server.ask("GET", path, **more)
        check.equal(name, found, expected)
        if code:
            check.equal(f"{name}: code", failure(answer)["code"], code)
        return answer

    answer = ask("a condition that is none", 400, "/v1/query?where=verb.startWith(%22g%22)", "expression")
    error = failure(answer)
    check.equal("where it is wrong", (error["line"], error["column"], error["offset"]), (1, 6, 5))
    check("what to write instead", "startsWith" in (error["hint"] or ""), error)
    check("the place is shown", "^~" in error["display"], error)
    ask("an unknown parameter", 400, "/v1/query?whre=1", "parameter")
    ask("a parameter twice", 400, "/v1/query?by=verb&by=verb", "parameter")
    ask("no number", 400, "/v1/query?limit=many", "parameter")
    ask("a negative number", 400, "/v1/events?limit=-1", "parameter")
    ask("an order that is none", 400, "/v1/events?order=up", "parameter")
    ask("fill without every", 400, "/v1/query?fill=true", "parameter")
    ask("broken escapes", 400, "/v1/query?by=%zz", "parameter")
    ask("a deep condition", 400, "/v1/query?where=" + "(" * 10000 + "1" + ")" * 10000, "expression")
    ask("more rows than may be", 422, "/v1/query?by=auditID", "limit")
    check.equal("a body of no kind", server.ask("POST", "/v1/query", b"x", headers={"Content-Type": "text/xml"})[0], 415)
    check.equal("no JSON", server.ask("POST", "/v1/query", b"[1", headers={"Content-Type": "application/json"})[0], 400)
    check.equal(
        "a large body of parameters",
        server.ask("POST", "/v1/query", b"x" * 1_000_000, headers={"Content-Type": "application/json"})[0], 413)


def pressure(check, server, good):
    # A reader that takes nothing holds the only place for a query.
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.connect(("127.0.0.1", server.port))
    slow = server.context().wrap_socket(plain, server_hostname="localhost")
    slow.sendall(head("/v1/events", "GET", READ))
    slow.recv(1000)
    time.sleep(0.5)
    found, fields, _ = server.ask("GET", "/v1/query")
    check.equal("queries beyond the limit", (found, fields.get("Retry-After")), (429, "1"))
    slow.close()
    for _ in range(100):
        found, _, _ = server.ask("GET", "/v1/query")
        if found == 200:
            break
        time.sleep(0.1)
    check.equal("its place is free again", found, 200)
    held = []
    # Batches come in meanwhile, and take one of the places now and then: who is refused for it tries again.
    for _ in range(100):
        connection = server.raw()
        connection.sendall(head(Content_Length="1000") + b'{"items":[')
        connection.settimeout(0.3)
        try:
            connection.recv(1000)
            connection.close()
        except TimeoutError:
            held.append(connection)
        if len(held) == 8:
            break
    found, fields, _ = server.ask("POST", PATH, good, INGEST["c1"])
    check.equal("batches beyond the limit", (found, fields.get("Retry-After")), (429, "1"))
    for connection in held:
        connection.close()


def mutual_tls(check, tool, directory, lines):
    server = Server(tool, directory, "--client-ca", os.path.join(directory, "ca.crt"), store="mutual", tokens=False)
    server.start()
    for certificate, expected in (("client", 200), ("stranger", None), (None, None)):
        try:
            connection = server.connect(10, certificate)
            status, _, _ = server.ask("POST", PATH, event_list(lines[:10]), None, connection=connection)
        except (OSError, ssl.SSLError):
            status = None
        check.equal(f"the certificate {certificate}", status, expected)
    # Another certificate of the server is shown without a restart, and connections go on.
    kept = server.connect(10, "client")
    server.ask("GET", "/healthz", None, None, connection=kept)
    def serial():
        with server.context("client").wrap_socket(
                socket.create_connection(("127.0.0.1", server.port)), server_hostname="localhost") as connection:
            return connection.getpeercert()["subject"]
    before = serial()
    for kind in ("crt", "key"):
        os.replace(os.path.join(directory, f"server2.{kind}"), os.path.join(directory, f"server.{kind}"))
    os.kill(server.process.pid, 1)
    time.sleep(1)
    check("another certificate after SIGHUP", serial() != before)
    check.equal("an old connection", server.ask("GET", "/healthz", None, None, connection=kept)[0], 200)
    check.equal("a graceful stop of mutual TLS", server.stop(), 0)


def refused_starts(check, tool, directory):
    def start(name, expected, *options):
        store = os.path.join(directory, "never")
        done = subprocess.run([tool, "serve", "--store", store, *options], capture_output=True, timeout=20)
        check.equal(name, done.returncode, expected)
        check(f"{name}: a reason", len(done.stderr) > 10, done.stderr)

    short = os.path.join(directory, "short.tokens")
    with open(short, "w") as file:
        file.write("c1:short\n")
    everywhere = ("--listen", f"0.0.0.0:{free_port()}")
    files = ("--tls-certificate", os.path.join(directory, "server.crt"), "--tls-key", os.path.join(directory, "server.key"))
    start("plain HTTP for everybody", 2, *everywhere)
    start("TLS without tokens for everybody", 2, *everywhere, *files)
    start("a token that is short", 2, "--ingest-tokens", short)
    start("a key that is none", 2, "--tls-certificate", files[1], "--tls-key", files[1])
    start("a file that is missing", 1, "--tls-certificate", files[1], "--tls-key", "/nonexistent")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("log")
    parser.add_argument("--auditstore", default=".build/release/auditstore")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    check = Checks()
    directory = workplace("auditstore-hostile-")
    lines = lines_of(arguments.log, 20000)
    good = event_list(lines[:20])
    limit = 64 << 20
    server = Server(
        tool, directory, "--max-body", str(limit), "--max-event", "16000000", "--idle-timeout", "5", "--body-grace", "2",
        "--max-queries", "1", "--max-ingest-requests", "8", "--max-rows", "1000")
    server.start()
    for start in range(0, len(lines), 400):
        status, answer = server.send(lines[start:start + 400])
        if status != 200:
            raise RuntimeError(answer)
    background = Background(server, lines)
    background.start()
    for name, part in (("access", lambda: access(check, server, good)), ("bodies", lambda: bodies(check, server, good, limit)),
                       ("wires", lambda: wires(check, server, good)), ("handshakes", lambda: handshakes(check, server)),
                       ("questions", lambda: questions(check, server)), ("pressure", lambda: pressure(check, server, good))):
        begin = time.monotonic()
        background.may_be_refused = name == "pressure"
        part()
        print(f"{name}: {time.monotonic() - begin:.1f} s", flush=True)
    background.stopping = True
    background.join(30)
    check("events came in meanwhile", background.sent > 50, background.sent)
    check.equal("good batches that were refused", background.refused, 0)
    check("the process lives", server.process.poll() is None)
    metrics = server.ask("GET", "/metrics")[2].decode()
    check("refusals are counted", 'auditstore_refused_requests_total{reason="unauthorized",status="401"}' in metrics)
    print(f"{background.sent} batches came in meanwhile, the slowest in {background.slowest:.2f} s; peak memory {server.memory():.0f} MB")
    check.equal("a graceful stop", server.stop(), 0)
    large = server.events("--quarantined")
    check("the large event is in quarantine", large.replace(b"\n", b"").count(b"%020d%020d" % (499_998, 499_999)) == 1)
    check.equal("all of it", sum(len(line) for line in large.split(b"\n") if b"000000000" in line), 20_000_012)
    check("what came beside it is an event", b"beside-the-large-one" in server.events("--where", "auditID == 'beside-the-large-one'"))
    mutual_tls(check, tool, directory, lines)
    refused_starts(check, tool, directory)
    if check.failed == 0:
        shutil.rmtree(directory)
    else:
        print(f"see {directory}")
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
