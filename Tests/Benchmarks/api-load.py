#!/usr/bin/env python3
"""Loads the Docker Engine API of `dklab serve` and kills the server in the middle.

CLIENTS threads create, start, await, read the log of and remove containers for SECONDS, each over
connections of its own; every answer is compared with what it must be. Beside them some containers run
from the first moment to the last. Half-way the server gets SIGKILL and is started again: those containers
must have the same processes, and their logs every line. In the end nothing may be left, and `system check`
must agree. Prints the rate, the server's memory over time, and whatever was wrong; exits with 1 when
anything was.

Usage: api-load.py DKLAB [SECONDS [CLIENTS]]. Needs root. Everything it makes is in a directory and an
instance of its own, and no container has a network.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

DKLAB = os.path.realpath(sys.argv[1])
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 120
CLIENTS = int(sys.argv[3]) if len(sys.argv) > 3 else 50
WITNESSES = 5


class Connection(http.client.HTTPConnection):
    """HTTP over the server's unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self.path)


class Load:
    def __init__(self, work):
        self.work = work
        self.socket = work + "/docker.sock"
        self.environment = dict(
            os.environ, DKLAB_ROOT=work + "/root", DKLAB_UPLINK="none", DKLAB_INSTANCE="load",
            DKLAB_OFFLINE="1")
        self.log = open(work + "/serve.log", "wb")
        self.lock = threading.Lock()
        self.rounds = 0
        self.repeated = 0
        self.problems = []
        self.killed_at = None
        self.back_at = None
        self.end = 0.0
        self.repeats = threading.local()

    def dklab(self, *words):
        return subprocess.run(
            [DKLAB, *words], env=self.environment, capture_output=True, text=True, timeout=300)

    def serve(self):
        self.server = subprocess.Popen(
            [DKLAB, "serve", "-H", "unix://" + self.socket], env=self.environment,
            stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                if self.call("GET", "/_ping")[0] == 200:
                    return
            except OSError:
                time.sleep(0.01)
        raise SystemExit("the server does not answer")

    def call(self, method, path, body=None):
        """One request on a connection of its own: status and body."""
        connection = Connection(self.socket)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(
                method, "/v1.41" + path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def problem(self, text):
        with self.lock:
            if len(self.problems) < 50:
                self.problems.append(text)

    def is_outage(self, began):
        """Whether a request of that time may have met the dead server."""
        return self.killed_at is not None and began <= (self.back_at or time.monotonic()) + 1

    def ask(self, method, path, body, good, also_after_outage=()):
        """Repeats a request that the killed server did not answer. What it had done before it was killed
        shows in the statuses `also_after_outage`."""
        is_repeated = False
        while True:
            began = time.monotonic()
            try:
                status, answer = self.call(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                if not self.is_outage(began):
                    raise
                with self.lock:
                    self.repeated += 1
                is_repeated = True
                time.sleep(0.05)
                continue
            if status in good or (is_repeated and status in also_after_outage):
                self.repeats.started = is_repeated
                return answer
            raise RuntimeError("%s %s: %d %s" % (method, path, status, answer[:200]))

    def client(self, number):
        count = 0
        while time.monotonic() < self.end and len(self.problems) < 50:
            count += 1
            name = "c%d-%d" % (number, count)
            try:
                self.round(name, "line %s\n" % name, count % 7)
                with self.lock:
                    self.rounds += 1
            except Exception as error:  # whatever it is, it is told
                self.problem("%s: %s: %s" % (name, type(error).__name__, error))
                return

    def round(self, name, line, code):
        self.ask(
            "POST", "/containers/create?name=" + name,
            {"Image": "busybox", "Cmd": ["sh", "-c", "echo line %s; exit %d" % (name, code)],
             "HostConfig": {"NetworkMode": "none"}}, (201,), (409,))
        self.ask("POST", "/containers/%s/start" % name, None, (204,), (304,))
        # Started by the server that was killed, it may have ended before it was asked for again.
        runs = 2 if self.repeats.started else 1
        answer = json.loads(self.ask("POST", "/containers/%s/wait" % name, None, (200,)))
        if answer["StatusCode"] != code:
            raise RuntimeError("exit status %r, not %d" % (answer, code))
        log = self.ask("GET", "/containers/%s/logs?stdout=1&stderr=1" % name, None, (200,))
        if log not in [(log[:8] + line.encode()) * times for times in range(1, runs + 1)]:
            raise RuntimeError("log %r" % log)
        self.ask("DELETE", "/containers/" + name, None, (204,), (404,))

    def memory(self):
        """The server and its helpers: kB of PSS."""
        total = 0
        for process in [str(self.server.pid)] + self.children(self.server.pid):
            try:
                with open("/proc/%s/smaps_rollup" % process) as file:
                    total += next(int(l.split()[1]) for l in file if l.startswith("Pss:"))
            except (OSError, StopIteration):
                pass
        return total

    @staticmethod
    def children(parent):
        try:
            with open("/proc/%d/task/%d/children" % (parent, parent)) as file:
                return file.read().split()
        except OSError:
            return []

    def witnesses(self):
        return {
            "w%d" % number: json.loads(self.ask("GET", "/containers/w%d/json" % number, None, (200,)))
            ["State"] for number in range(WITNESSES)}

    def check_logs(self):
        for name in self.witnesses():
            raw = self.ask("GET", "/containers/%s/logs?stdout=1" % name, None, (200,))
            numbers, place = [], 0
            while place < len(raw):
                size = int.from_bytes(raw[place + 4:place + 8], "big")
                numbers += [int(word) for word in raw[place + 8:place + 8 + size].split()]
                place += 8 + size
            if numbers != list(range(1, len(numbers) + 1)) or not numbers:
                self.problem("%s: its log has gaps: %s…" % (name, numbers[:20]))
            elif numbers[-1] < SECONDS / 2:
                self.problem("%s: its log ends with %d" % (name, numbers[-1]))

    def run(self):
        for words in (["images", "bootstrap", "busybox"], ["pull", "-q", "busybox"]):
            made = self.dklab(*words)
            if made.returncode != 0:
                raise SystemExit(made.stderr)
        before = kernel_objects(self.work)
        self.serve()
        for number in range(WITNESSES):
            self.ask(
                "POST", "/containers/create?name=w%d" % number,
                {"Image": "busybox", "HostConfig": {"NetworkMode": "none"}, "StopTimeout": 0, "Cmd": [
                    "sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; sleep 0.2; done"]}, (201,))
            self.ask("POST", "/containers/w%d/start" % number, None, (204,))
        first = self.witnesses()
        began = time.monotonic()
        self.end = began + SECONDS
        threads = [
            threading.Thread(target=self.client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        memory = []
        while time.monotonic() < self.end:
            time.sleep(min(SECONDS / 12, max(0, self.end - time.monotonic()) + 0.01))
            if self.killed_at is None and time.monotonic() > began + SECONDS / 2:
                memory.append("| killed |")
                self.killed_at = time.monotonic()
                self.server.send_signal(signal.SIGKILL)
                self.server.wait()
                self.serve()
                self.back_at = time.monotonic()
            memory.append("%d" % self.memory())
        for thread in threads:
            thread.join()
        took = time.monotonic() - began
        after = self.witnesses()
        for name, state in first.items():
            if (state["Pid"], state["StartedAt"]) != (after[name]["Pid"], after[name]["StartedAt"]):
                self.problem("%s: was %r, is %r" % (name, state, after[name]))
        self.check_logs()
        left = json.loads(self.ask("GET", "/containers/json?all=1", None, (200,)))
        names = sorted(item["Names"][0][1:] for item in left)
        if names != sorted(first):
            self.problem("left over: %s" % names)
            for name in sorted(set(names) - set(first)):
                item = json.loads(self.ask("GET", "/containers/%s/json" % name, None, (200, 404)))
                self.problem("%s: created %s, %s; server killed %.1f s ago" % (
                    name, item.get("Created"), item.get("State"), time.monotonic() - self.killed_at))
        memory.append("| idle | %d" % self.memory())
        for name in first:
            self.ask("DELETE", "/containers/%s?force=1" % name, None, (204,))
        audit = self.dklab("system", "check")
        if audit.returncode != 0:
            self.problem("system check: " + audit.stdout + audit.stderr)
        self.stop()
        for kind, count in kernel_objects(self.work).items():
            if count > before[kind]:
                self.problem("%s: %d before, %d after" % (kind, before[kind], count))
        print("  %d clients, %.0f seconds: %d containers run, logged and removed, %.1f a second" % (
            CLIENTS, took, self.rounds, self.rounds / took))
        print("  server killed and back after %.2f s; %d requests were repeated" % (
            self.back_at - self.killed_at, self.repeated))
        print("  memory of server and helpers, kB PSS: " + " ".join(memory))
        for text in self.problems:
            print("  WRONG: " + text)
        print("  %d problems" % len(self.problems))
        return 1 if self.problems else 0

    def stop(self):
        if self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=60)

    def close(self):
        try:
            self.stop()
        finally:
            self.dklab("system", "reset", "--all", "--yes")


def kernel_objects(work):
    """What the instance takes of the machine: mounts, and directories of control groups."""
    with open("/proc/self/mountinfo") as file:
        mounts = sum(work + "/" in line for line in file)
    groups = 0
    for place, directories, _ in os.walk("/sys/fs/cgroup"):
        if place.endswith("/dklab/load"):
            groups += len(directories)
            directories.clear()
    return {"mounts": mounts, "control groups": groups}


if os.geteuid() != 0:
    print("api-load.py: needs root")
    sys.exit(0)
with tempfile.TemporaryDirectory() as work:
    load = Load(work)
    try:
        status = load.run()
    finally:
        load.close()
sys.exit(status)
