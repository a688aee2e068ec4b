"""What the checks of `auditstore serve` share: certificates, tokens, the server as a process, and clients."""

import gzip
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time

INGEST = {"c1": "ingest-token-of-c1-0123456789", "c2": "ingest-token-of-c2-" + "0123456789abcdef" * 4}
READ = "read-token-of-a-dashboard-0123"


def certificates(directory):
    """An authority, the server's certificate, a client's, and a client's of another authority, made by openssl."""
    def run(*arguments):
        subprocess.run(["openssl", *arguments], check=True, cwd=directory, capture_output=True)

    for authority in ("ca", "other-ca"):
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
            f"/CN={authority}", "-keyout", f"{authority}.key", "-out", f"{authority}.crt")
    for name, authority in (("server", "ca"), ("server2", "ca"), ("client", "ca"), ("stranger", "other-ca")):
        run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout",
            f"{name}.key", "-out", f"{name}.csr")
        with open(os.path.join(directory, "san"), "w") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        run("x509", "-req", "-in", f"{name}.csr", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key", "-days", "2",
            "-CAcreateserial", "-extfile", "san", "-out", f"{name}.crt")


def token_files(directory):
    import hashlib
    with open(os.path.join(directory, "ingest.tokens"), "w") as file:
        file.write(f"# clusters\nc1:{INGEST['c1']}\n")
        file.write(f"c2:sha256:{hashlib.sha256(INGEST['c2'].encode()).hexdigest()}\n")
    with open(os.path.join(directory, "read.tokens"), "w") as file:
        file.write(f"dashboard:{READ}\n")


def workplace(prefix):
    """A new directory with certificates and tokens, for servers and their stores."""
    directory = tempfile.mkdtemp(prefix=prefix)
    certificates(directory)
    token_files(directory)
    return directory


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`auditstore serve` with TLS and tokens, on a port that stays the same over restarts."""

    def __init__(self, tool, directory, *options, store="store", tls=True, tokens=True):
        self.tool, self.directory = tool, directory
        self.store = os.path.join(directory, store)
        self.port = free_port()
        self.tls = tls
        self.options = list(options)
        if tls:
            self.options += ["--tls-certificate", self.file("server.crt"), "--tls-key", self.file("server.key")]
        if tokens:
            self.options += ["--ingest-tokens", self.file("ingest.tokens"), "--read-tokens", self.file("read.tokens")]
        self.log = open(self.store + ".log", "ab")
        self.process = None

    def file(self, name):
        return os.path.join(self.directory, name)

    def start(self, seconds=20):
        """Starts it, and waits until connections are taken. The seconds that took."""
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [self.tool, "serve", "--store", self.store, "--listen", f"127.0.0.1:{self.port}", *self.options],
            stdout=self.log, stderr=self.log)
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return time.monotonic() - begin
            except OSError:
                if self.process.poll() is not None or time.monotonic() - begin > seconds:
                    raise RuntimeError(f"the server does not listen; see {self.log.name}")
                time.sleep(0.002)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds=40):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def memory(self):
        """Peak of the resident memory, in megabytes."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def context(self, certificate=None):
        context = ssl.create_default_context(cafile=self.file("ca.crt"))
        if certificate:
            context.load_cert_chain(self.file(certificate + ".crt"), self.file(certificate + ".key"))
        return context

    def connect(self, timeout=60, certificate=None):
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=timeout, context=self.context(certificate))

    def raw(self, timeout=30):
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return self.context().wrap_socket(plain, server_hostname="127.0.0.1") if self.tls else plain

    def ask(self, method, path, body=None, token=READ, headers=None, connection=None, timeout=60):
        """Status, headers and body of an answer."""
        headers = dict(headers or {})
        if token:
            headers.setdefault("Authorization", f"Bearer {token}")
        own = connection or self.connect(timeout)
        try:
            own.request(method, path, body=body, headers=headers)
            answer = own.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            if connection is None:
                own.close()

    def send(self, events, cluster="c1", connection=None, compressed=False, token=None, timeout=60):
        """Posts an EventList of these texts of events."""
        body = event_list(events)
        headers = {"Content-Type": "application/json"}
        if compressed:
            body = gzip.compress(body, 1)
            headers["Content-Encoding"] = "gzip"
        status, _, answer = self.ask(
            "POST", f"/v1/clusters/{cluster}/events?timeout=30s", body, token or INGEST[cluster], headers, connection,
            timeout)
        return status, answer

    def events(self, *options):
        return subprocess.run(
            [self.tool, "events", "--store", self.store, *options], check=True, capture_output=True).stdout


def event_list(events):
    return b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[' + b",".join(events) + b"]}\n"


def lines_of(path, count=None):
    lines = []
    with open(path, "rb") as file:
        for line in file:
            lines.append(line.rstrip(b"\n"))
            if len(lines) == count:
                break
    return lines


def failure(answer):
    return json.loads(answer)["error"]


class Checks:
    """Counts what holds; the last line is `N passed, N failed`."""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, name, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {name} {detail}")

    def equal(self, name, found, expected):
        self(name, found == expected, f"found {found!r:.300}, expected {expected!r:.300}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
