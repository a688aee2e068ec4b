#!/usr/bin/env python3
"""Many processes query a store while others append to it, load into it, compact it and back it up.

    readers_during_writing.py --auditstore .build/release/auditstore --readers 24 --seconds 120 mixed.ndjson

Events are made of the lines of a log (NDJSON, every line an event): each gets an auditID of its own that holds the number of
its sender and its own number, counting from 0. One process streams without an end (`append --acknowledge`, with small seals,
so that the writer compacts beside it) until it is told to stop; then files are loaded and the store is compacted by command, and
it starts anew. After each append so many events of the sender are acknowledged, which is kept here.

Each answer of a reader has to be a state of the history: of each sender exactly the events 0..<n (all events are read and put
together again by `events --limit`, and counted by `query`), n is never smaller than the same reader had before, never more
than was sent, and at least what was acknowledged and sealed before the question was asked. `backup` is made now and then, and
the backup verified and read the same way: it has what was acknowledged too.
The last line is `N answers, N failed`.
"""

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

AUDIT_ID = re.compile(rb'"auditID":"[^"]*"')


class Wrong(Exception):
    """An answer that no state of the store gives."""


def numbered(line, sender, number):
    identity = b'"auditID":"%08x-0000-4000-8000-%012x"' % (sender, number)
    return AUDIT_ID.sub(identity, line, count=1)


class History:
    """What was sent, and what must be seen by a question that is asked now."""

    def __init__(self):
        self.lock = threading.Lock()
        self.sent = {}
        self.acknowledged = {}
        # Sealed or loaded: other processes see it.
        self.visible = {}

    def note(self, table, sender, count):
        with self.lock:
            table[sender] = max(table.get(sender, 0), count)

    def copy(self, table):
        with self.lock:
            return dict(table)


class Store:
    def __init__(self, tool, directory):
        self.tool = tool
        self.directory = directory

    def run(self, *command, directory=None, check=True):
        result = subprocess.run(
            [self.tool, command[0], "--quiet", "--store", directory or self.directory, *command[1:]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and result.returncode != 0:
            raise Wrong(f"{command} exits with {result.returncode}: {result.stderr.decode(errors='replace')[-400:]}")
        return result

    def counts_by_query(self, directory=None):
        """Events of each sender, by a group-by; the least and the greatest number have to fit."""
        result = self.run(
            "query", "--by", "auditID", "--agg", "count", "--format", "csv", directory=directory)
        return self.senders(line.split(b",")[0] for line in result.stdout.splitlines()[1:])

    def counts_by_events(self, directory=None):
        """Events of each sender, put together again."""
        result = self.run("events", directory=directory)
        identities = [match.group(0)[11:-1] for match in AUDIT_ID.finditer(result.stdout)]
        if len(identities) < result.stdout.count(b"\n"):
            raise Wrong("an event has no auditID")
        return self.senders(identities)

    @staticmethod
    def senders(identities):
        numbers = {}
        for identity in identities:
            identity = identity.strip(b'"')
            numbers.setdefault(int(identity[:8], 16), []).append(int(identity[24:], 16))
        counts = {}
        for sender, found in numbers.items():
            found.sort()
            if found != list(range(len(found))):
                missing = next((i for i, number in enumerate(found) if i != number), None)
                raise Wrong(f"of sender {sender} there are {len(found)} events, and number {missing} is missing or twice")
            counts[sender] = len(found)
        return counts


def check(counts, least, most, former=None):
    for sender, count in counts.items():
        if count > most.get(sender, 0):
            raise Wrong(f"sender {sender} sent {most.get(sender, 0)} events, and {count} are there")
        if former is not None and count < former.get(sender, 0):
            raise Wrong(f"sender {sender} had {former[sender]} events, and now {count}")
    for sender, count in least.items():
        if counts.get(sender, 0) < count:
            raise Wrong(f"of sender {sender} {count} events were there, and {counts.get(sender, 0)} are seen")


class Run:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory
        self.store = Store(os.path.abspath(arguments.auditstore), os.path.join(directory, "store"))
        self.history = History()
        self.end = time.monotonic() + arguments.seconds
        self.failures = []
        self.answers = 0
        self.lock = threading.Lock()
        self.tally = {}
        with open(arguments.file, "rb") as file:
            self.lines = [line for line in file.read().splitlines(keepends=True) if AUDIT_ID.search(line)]
        if not self.lines:
            raise SystemExit("no line of the log has an auditID")

    def is_over(self):
        return time.monotonic() >= self.end or self.failures

    def count(self, what, n=1):
        with self.lock:
            self.tally[what] = self.tally.get(what, 0) + n

    def guarded(self, body, *more):
        try:
            body(*more)
        except Wrong as wrong:
            self.failures.append(f"{body.__name__} {more}: {wrong}")
        except Exception as error:
            self.failures.append(f"{body.__name__} {more}: {error!r}")

    # Writing

    def event(self, sender, number):
        return numbered(self.lines[(sender * 7919 + number) % len(self.lines)], sender, number)

    def append(self, sender, seconds):
        """A stream of one process, which ends when its input does."""
        chance = random.Random(sender)
        process = subprocess.Popen(
            [self.store.tool, "append", "--quiet", "--acknowledge", "--seal-bytes", "600000", "--store",
             self.store.directory],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        def listen():
            for line in process.stdout:
                self.history.note(self.history.acknowledged, sender, int(line))

        listener = threading.Thread(target=listen)
        listener.start()
        number = 0
        stop = time.monotonic() + seconds
        while time.monotonic() < stop and not self.is_over():
            n = chance.choice([1, 10, 100, 300])
            self.history.note(self.history.sent, sender, number + n)
            process.stdin.write(b"".join(self.event(sender, i) for i in range(number, number + n)))
            process.stdin.flush()
            number += n
            time.sleep(chance.uniform(0, 2 * n / self.arguments.rate))
        process.stdin.close()
        complaint = process.stderr.read().decode(errors="replace")[-400:]
        if process.wait() != 0:
            raise Wrong(f"append exits with {process.returncode}: {complaint}")
        listener.join()
        self.history.note(self.history.visible, sender, number)
        self.count("events appended", number)

    def load(self, sender, count):
        """A file, which is loaded as a whole or, by another, in part: its beginning is there."""
        path = os.path.join(self.directory, f"{sender}.ndjson")
        with open(path, "wb") as file:
            file.write(b"".join(self.event(sender, i) for i in range(count)))
        self.history.note(self.history.sent, sender, count)
        self.store.run("ingest", path)
        os.remove(path)
        self.history.note(self.history.acknowledged, sender, count)
        self.history.note(self.history.visible, sender, count)
        self.count("events loaded", count)

    def write(self):
        sender = 0
        while not self.is_over():
            self.append(sender, min(8, self.arguments.seconds / 4))
            self.load(sender + 1, 4 * self.arguments.rate)
            self.store.run("compact")
            self.count("compactions")
            sender += 2

    # Reading

    def read(self, reader):
        chance = random.Random(1000 + reader)
        former = {}
        while not self.is_over():
            if not os.path.exists(os.path.join(self.store.directory, "manifest")):
                time.sleep(0.05)
                continue
            least = self.history.copy(self.history.visible)
            kind = chance.choice([self.store.counts_by_query, self.store.counts_by_query, self.store.counts_by_events])
            counts = kind()
            check(counts, least, self.history.copy(self.history.sent), former)
            former = counts
            self.count("answers")

    def backup(self):
        number = 0
        earlier = []
        while not self.is_over():
            time.sleep(min(2, self.arguments.seconds / 5))
            if not os.path.exists(os.path.join(self.store.directory, "manifest")):
                continue
            number += 1
            target = os.path.join(self.directory, f"backup{number}")
            least = self.history.copy(self.history.acknowledged)
            self.store.run("backup", "--to", target, *(["--copy"] if number % 2 else []), *earlier)
            self.store.run("verify", directory=target)
            moved = target + ".moved"
            os.rename(target, moved)
            counts = self.store.counts_by_events(directory=moved)
            check(counts, least, self.history.copy(self.history.sent))
            if earlier:
                shutil.rmtree(earlier[1])
            earlier = ["--earlier", moved]
            self.count("backups")

    def run(self):
        threads = [threading.Thread(target=self.guarded, args=(self.write,))]
        threads += [threading.Thread(target=self.guarded, args=(self.backup,))]
        threads += [threading.Thread(target=self.guarded, args=(self.read, n)) for n in range(self.arguments.readers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if not self.failures:
            self.guarded(self.finish)
        for failure in self.failures:
            print(failure)
        answers = self.tally.pop("answers", 0)
        print(", ".join(f"{count} {what}" for what, count in sorted(self.tally.items())))
        if not self.tally.get("backups") or not self.tally.get("compactions") or not answers:
            print("the time was too short for a backup, a compaction and an answer")
            self.failures.append("too short")
        print(f"{answers} answers, {len(self.failures)} failed")
        return 1 if self.failures else 0

    def finish(self):
        counts = self.store.counts_by_events()
        everything = self.history.copy(self.history.sent)
        check(counts, everything, everything)
        self.store.run("verify")
        # Nobody reads any more: files that were replaced can go.
        self.store.run("compact")
        manifest_files = json.loads(self.store.run("stats", "--format", "json").stdout)["segments"]
        found = sum(
            name.endswith(".segment")
            for _, _, names in os.walk(os.path.join(self.store.directory, "partitions")) for name in names)
        self.tally["segment files left"] = found
        if found > manifest_files:
            raise Wrong(f"{found} segment files are there, and the store has {manifest_files}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True, help="the command-line tool")
    parser.add_argument("--readers", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=int, default=1000, help="events that are appended in a second, about")
    parser.add_argument("file", help="NDJSON, every line an event")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="auditstore-readers-") as directory:
        return Run(arguments, directory).run()


if __name__ == "__main__":
    sys.exit(main())
