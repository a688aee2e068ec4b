#!/usr/bin/env python3
"""Follows a store from other processes while events are appended, and writers and followers are killed.

    follow_during_writing.py --auditstore .build/release/auditstore --seed 1 mixed.ndjson

The input is NDJSON in which every line is an event; the lines are made unlike each other. One `events --follow` reads on to the end. Another one ends after so many
events, tells its position, and the next one goes on behind it with `--after`. A third one has a condition and reads slowly. Meanwhile the appending process seals often,
is killed at random moments and started again, and between two of them another process loads files, compacts, and appends. In the end each of them has to have
printed each event once. The last line is `N passed, N failed`.
"""

import argparse
import collections
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time


class Follower:
    """Reads all from the beginning of time, in one process or in many, one after another."""

    def __init__(self, tool, store, more=(), limit=None, pause=0.0):
        self.command = [tool, "events", "--store", store, "--follow", *more]
        self.limit, self.pause = limit, pause
        self.lines, self.position, self.processes, self.problem = [], None, 0, None
        self.process = None
        self.stops = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stops:
            start = ["--since", "1970-01-01"] if self.position is None else ["--after", self.position]
            limit = ["--limit", str(self.limit)] if self.limit else []
            self.process = subprocess.Popen(self.command + start + limit, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.processes += 1
            for line in self.process.stdout:
                self.lines.append(line.rstrip(b"\n"))
                if self.pause:
                    time.sleep(self.pause)
            message = self.process.stderr.read().decode(errors="replace")
            code = self.process.wait()
            found = re.search(r"position (\S+)", message)
            if code != (130 if self.stops else 0) and not (self.limit and code == 0) or not found:
                self.problem = f"a follower exits with {code}: {message[-500:]}"
                return
            self.position = found.group(1)

    def stop(self):
        self.stops = True
        self.process.send_signal(signal.SIGINT)
        self.thread.join(timeout=60)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--auditstore", required=True, help="the command-line tool")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=12, help="writers, one after another")
    parser.add_argument("file", help="NDJSON, every line an event")
    arguments = parser.parse_args()
    tool = os.path.abspath(arguments.auditstore)
    chance = random.Random(arguments.seed)
    with open(arguments.file, "rb") as file:
        source = [line for line in file.read().split(b"\n") if line.startswith(b'{"')]
    written, kills, number = [], 0, 0
    failed = []

    def take(count):
        nonlocal number
        lines = []
        for _ in range(count):
            lines.append(b'{"n":%d,' % number + source[number % len(source)][1:])
            number += 1
        return lines

    with tempfile.TemporaryDirectory(prefix="auditstore-follow-") as directory:
        store = os.path.join(directory, "store")

        def run(*command, data=None):
            subprocess.run([tool, command[0], "--quiet", "--store", store, *command[1:]], input=data, check=True,
                           stdout=subprocess.DEVNULL)

        written += take(50)
        run("append", data=b"\n".join(written) + b"\n")
        followers = {
            "one process": Follower(tool, store),
            "many processes": Follower(tool, store, limit=97),
            "a slow one with a condition": Follower(tool, store, ("--where", 'verb != "get"'), pause=0.002),
        }
        for _ in range(arguments.rounds):
            writer = subprocess.Popen(
                [tool, "append", "--acknowledge", "--quiet", "--store", store, "--seal-bytes",
                 str(chance.choice([20_000, 200_000, 1 << 26]))], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            done = 0
            for _ in range(chance.randrange(5, 20)):
                lines = take(chance.choice([1, 10, 60]))
                writer.stdin.write(b"\n".join(lines) + b"\n")
                writer.stdin.flush()
                done += len(lines)
                # All is acknowledged before the next lines are sent, so that a kill leaves no doubt.
                while int(writer.stdout.readline()) < done:
                    pass
                written += lines
                time.sleep(chance.choice([0, 0, 0.05]))
            if chance.random() < 0.5:
                writer.kill()
                kills += 1
            else:
                writer.stdin.close()
            writer.wait()
            if chance.random() < 0.5:
                lines = take(40)
                path = os.path.join(directory, f"load-{number}.ndjson")
                with open(path, "wb") as file:
                    file.write(b"\n".join(lines) + b"\n")
                run("ingest", path)
                written += lines
            if chance.random() < 0.4:
                run("compact")
        result = subprocess.run([tool, "events", "--quiet", "--store", store, "--where", 'verb != "get"'],
                                stdout=subprocess.PIPE, check=True)
        chosen = collections.Counter(result.stdout.split(b"\n")[:-1])
        wanted = {name: chosen if "condition" in name else collections.Counter(written) for name in followers}
        end = time.monotonic() + 60
        while time.monotonic() < end and any(len(f.lines) < sum(wanted[n].values()) and not f.problem
                                             for n, f in followers.items()):
            time.sleep(0.1)
        time.sleep(0.5)
        for name, follower in followers.items():
            follower.stop()
            found = collections.Counter(follower.lines)
            missing, more = wanted[name] - found, found - wanted[name]
            if follower.problem or missing or more:
                failed.append(f"{name}: {follower.problem or ''} {sum(missing.values())} are missing, "
                              f"{sum(more.values())} are too many, of {sum(wanted[name].values())}")
            print(f"{name}: {len(follower.lines)} events, {follower.processes} processes")
    for text in failed:
        print(text)
    print(f"{arguments.rounds} writers, {kills} killed; {len(written)} events")
    print(f"{len(followers) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
