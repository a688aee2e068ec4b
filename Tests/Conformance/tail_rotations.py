#!/usr/bin/env python3
"""Rotates a log under `auditstore tail` in every way there is, kills the tail at random moments, and compares the store with what was written.

    tail_rotations.py --auditstore .build/release/auditstore --rotations 50 --seed 1 mixed.ndjson

The input is NDJSON in which every line is an event. They are written to a log as a kube-apiserver writes them, each line made unlike all
others; some come in two halves, some are never finished. The log is rotated by a rename, copied and truncated, emptied, or removed while
it is held open; backups are compressed, some before the tail has read them, slowly and in place; names come in any order; the directory may
come later than the tail, and a log may be a link. The tail dies by SIGKILL and is started again a while later.

In the end `events` has to give each whole line once and nothing else, the quarantine each unfinished one, and `verify` has to exit with 0.
What was written is known only here. The last line is `N passed, N failed`.
"""

import argparse
import collections
import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time


class Wrong(Exception):
    """The store or the tail is not as it has to be."""


class Tail:
    """The process, and what it says of itself."""

    def __init__(self, tool, store, paths, poll):
        self.tool, self.store, self.paths, self.poll = tool, store, paths, poll
        self.status_path = store + ".status"
        self.process = None
        self.kills = 0

    def start(self):
        if os.path.exists(self.status_path):
            os.remove(self.status_path)
        command = [self.tool, "tail", "--store", self.store, "--status-file", self.status_path, "--seal-bytes",
                   str(random.choice([30_000, 300_000, 1 << 26])), "--format", "json", *self.paths]
        self.process = subprocess.Popen(
            command + (["--poll"] if self.poll else []), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.process = None
        self.kills += 1

    def stop(self, number, expected):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        code, self.process = self.process.returncode, None
        if code not in expected:
            raise Wrong(f"tail exits with {code}: {err.decode(errors='replace')[-500:]}")
        return json.loads(out) if out else None

    def alive(self):
        if self.process is not None and self.process.poll() is not None:
            raise Wrong(f"tail has ended: {self.process.communicate()[1].decode(errors='replace')[-800:]}")
        return self.process is not None

    def status(self):
        try:
            with open(self.status_path) as file:
                return json.load(file)
        except (FileNotFoundError, ValueError):
            return None

    def wait(self, what, limit=90):
        """Until the status is as it is wanted to be."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            self.alive()
            status = self.status()
            if status and what(status):
                return status
            time.sleep(0.1)
        raise Wrong(f"the tail does not get there: {status}")


class Log:
    """A log and its writer."""

    def __init__(self, directory, lines, chance, link):
        self.directory, self.lines, self.chance = directory, lines, chance
        self.path = os.path.join(directory, "audit.log")
        self.written = collections.Counter()
        self.unfinished = collections.Counter()
        self.number = 0
        self.backups = 0
        self.target = os.path.join(directory + ".elsewhere", "current") if link else None
        self.file = None
        self.threads = []

    def open(self):
        os.makedirs(self.directory, exist_ok=True)
        if self.target:
            os.makedirs(os.path.dirname(self.target), exist_ok=True)
            target = f"{self.target}.{self.backups}"
            self.file = open(target, "ab", buffering=0)
            if os.path.lexists(self.path):
                os.remove(self.path)
            os.symlink(target, self.path)
        else:
            self.file = open(self.path, "ab", buffering=0)

    def line(self):
        line = self.lines[self.number % len(self.lines)]
        self.number += 1
        # Unlike all others: a later number in front of the object's other members.
        return b'{"n":%d,' % self.number + line[1:] + b"\n"

    def write(self, count):
        for _ in range(count):
            line = self.line()
            if self.chance.random() < 0.02:
                cut = self.chance.randrange(1, len(line))
                self.file.write(line[:cut])
                time.sleep(self.chance.choice([0, 0.05, 0.3]))
                self.file.write(line[cut:])
            else:
                self.file.write(line)
            self.written[line[:-1]] += 1

    def leave_unfinished(self):
        line = self.line()[:-1]
        cut = line[:self.chance.randrange(2, len(line) - 1)]
        self.file.write(cut)
        self.unfinished[cut] += 1

    def name(self):
        self.backups += 1
        return os.path.join(self.directory, "audit-2022-03-03T%02d-%02d-%02d.%03d.log" % (
            self.backups // 3600, self.backups // 60 % 60, self.backups % 60, self.chance.randrange(1000)))

    def rotate(self, compresses):
        """As a kube-apiserver does: renamed, then a new file made."""
        if self.target:
            # The link leads to another file; the former one stays, under a name that the tail can see.
            name = self.name()
            self.file.close()
            os.rename(os.path.realpath(self.path), name)
        else:
            name = self.name()
            self.file.close()
            os.rename(self.path, name)
        if self.chance.random() < 0.3:
            time.sleep(self.chance.uniform(0, 0.3))
        self.open()
        if compresses:
            self.compress(name)
        return name

    def compress(self, name):
        """Slowly, in place, beside the writer; then the plain one goes."""
        def run():
            with open(name, "rb") as plain, gzip.open(name + ".gz", "wb", compresslevel=1) as packed:
                while piece := plain.read(20_000):
                    packed.write(piece)
                    time.sleep(0.02)
            os.remove(name)
        thread = threading.Thread(target=run)
        thread.start()
        self.threads.append(thread)

    def copy_and_truncate(self):
        self.backups += 1
        name = f"{self.path}.{1000 - self.backups}"
        shutil.copyfile(self.path, name)
        os.truncate(self.path, 0)


def compare(tool, store, log):
    def lines(*more):
        result = subprocess.run([tool, "events", "--quiet", "--store", store, *more], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise Wrong(f"events exits with {result.returncode}: {result.stderr.decode(errors='replace')[-500:]}")
        return collections.Counter(result.stdout.split(b"\n")[:-1])

    for what, found, wanted in (("events", lines(), log.written), ("quarantine", lines("--quarantined"), log.unfinished)):
        if found != wanted:
            missing, more = wanted - found, found - wanted
            raise Wrong(f"{what}: {sum(wanted.values())} were written; {sum(missing.values())} are missing, "
                        f"{sum(more.values())} are too many; {[line[:60] for line in list(missing)[:3]]} "
                        f"{[line[:60] for line in list(more)[:3]]}")
    result = subprocess.run([tool, "verify", "--quiet", "--store", store], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if result.returncode != 0:
        raise Wrong(f"verify exits with {result.returncode}: {result.stdout.decode()[-500:]}")


def everything_read(status):
    return status["bytesBehind"] == 0 and status["waiting"] == 0


def history(tool, directory, lines, chance, rotations, kills):
    """One log over so many rotations."""
    random.seed(chance.random())
    link, poll, by_file = (chance.random() < p for p in (0.15, 0.3, 0.4))
    log = Log(os.path.join(directory, "logs"), lines, chance, link)
    tail = Tail(tool, os.path.join(directory, "store"), [log.path if by_file else log.directory], poll)
    done = collections.Counter()
    if chance.random() < 0.5:
        # The tail is there before the directory.
        tail.start()
        time.sleep(0.3)
    log.open()
    try:
        while sum(done.values()) < rotations:
            log.write(chance.choice([1, 10, 60, 150]))
            if tail.process is None and chance.random() < 0.7:
                tail.start()
            elif tail.alive() and chance.random() < kills:
                time.sleep(chance.choice([0, 0.02, 0.2]))
                tail.kill()
            kind = chance.choice(["rename", "rename", "unfinished", "compressed", "compressed", "copied", "emptied", "removed"])
            if kind in ("copied", "emptied") and link:
                kind = "rename"
            if kind in ("emptied", "removed"):
                # What nobody has read is lost then: it is read before.
                if not tail.alive():
                    tail.start()
                tail.wait(everything_read)
                size = os.path.getsize(log.path)
                tail.wait(lambda s: any(l["path"] == log.path and l["offset"] == size for l in s["logs"]))
            if kind == "rename":
                log.rotate(False)
            elif kind == "unfinished":
                log.leave_unfinished()
                log.rotate(False)
            elif kind == "compressed":
                log.rotate(True)
            elif kind == "copied":
                log.copy_and_truncate()
            elif kind == "emptied":
                os.truncate(log.path, 0)
            elif kind == "removed":
                former = log.file
                os.remove(log.path)
                if not link and chance.random() < 0.5:
                    # Its writer has not noticed yet: what it writes is read from the file that has no name any more.
                    log.write(chance.choice([1, 20]))
                    time.sleep(1.5)
                    tail.wait(lambda s: all(l["behind"] == 0 for l in s["logs"]))
                log.open()
                former.close()
            done[kind] += 1
        for thread in log.threads:
            thread.join()
        log.threads = []
        log.write(20)
        if tail.process is None:
            tail.start()
        # Rotated logs are finished after a while without growth; unfinished lines count as behind until then.
        size = os.path.getsize(log.path)
        tail.wait(lambda s: everything_read(s) and s["time"] and len(s["logs"]) == 1 and s["logs"][0]["offset"] == size)
        time.sleep(2.5)
        tail.wait(lambda s: everything_read(s) and len(s["logs"]) == 1)
        if chance.random() < 0.5:
            tail.stop(signal.SIGTERM, (0, 3))
        else:
            tail.stop(signal.SIGINT, (130,))
        compare(tool, tail.store, log)
    finally:
        if tail.process is not None:
            tail.process.kill()
            tail.process.communicate()
        for thread in log.threads:
            thread.join()
    return done, tail.kills, sum(log.written.values()), "link" if link else "file", "poll" if poll else "notified"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True, help="the command-line tool")
    parser.add_argument("--rotations", type=int, default=50, help="of all logs together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=float, default=0.4, help="how often the tail is killed at a rotation")
    parser.add_argument("file", help="NDJSON, every line an event")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    with open(arguments.file, "rb") as file:
        lines = [line for line in file.read().split(b"\n") if line.startswith(b"{\"")]
    passed = failed = kills = 0
    seed = arguments.seed
    while passed + failed < arguments.rotations:
        chance = random.Random(seed)
        count = min(arguments.rotations - passed - failed, 10)
        with tempfile.TemporaryDirectory(prefix="auditstore-tail-") as directory:
            try:
                done, killed, events, *kinds = history(tool, directory, lines, chance, count, arguments.kills)
                kills += killed
                passed += count
                print(f"seed {seed}: {events} events, {killed} kills, {' '.join(kinds)}, {dict(done)}", flush=True)
            except (Wrong, subprocess.TimeoutExpired) as wrong:
                failed += count
                print(f"seed {seed}: {wrong}", flush=True)
        seed += 1
    print(f"{kills} kills\n{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
