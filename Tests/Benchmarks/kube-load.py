#!/usr/bin/env python3
"""Measures a cluster through its API as a client sees it: kube-load.py KUBECONFIG WHAT [NUMBER].

WHAT is one of
  ready       wait until every node is Ready
  pods N      N pods one after another: median milliseconds from create to Ready
  burst N     N pods at once: milliseconds until the last one is Ready
  writes N    N ConfigMaps one after another: median milliseconds of a create
  reads N     N reads of a ConfigMap, then N lists of all: requests a second
  watch N     N watchers of ConfigMaps: median milliseconds until all have seen a new one
  simulated N N pods of a Deployment on 10 nodes whose kubelet is this program: it only says that
              what it was given runs; milliseconds until the Deployment has N ready
Prints one number, or two. Connects to the server of KUBECONFIG only, which has to be on loopback.
"""

import base64
import http.client
import ipaddress
import json
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

NAMESPACE = "/api/v1/namespaces/default"


class Client:
    """One connection that is kept; JSON in and out."""

    def __init__(self, path):
        view = subprocess.run(
            ["kubectl", "--kubeconfig", path, "config", "view", "--raw", "--minify", "-o", "json"],
            check=True, capture_output=True, text=True)
        config = json.loads(view.stdout)
        cluster = config["clusters"][0]["cluster"]
        user = config["users"][0]["user"]
        address = urllib.parse.urlparse(cluster["server"])
        assert ipaddress.ip_address(address.hostname).is_loopback, address.hostname
        self.address = (address.hostname, address.port)
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        with tempfile.NamedTemporaryFile("w") as pair:
            for key in ("client-certificate-data", "client-key-data"):
                pair.write(base64.b64decode(user[key]).decode() + "\n")
            pair.flush()
            self.context.load_cert_chain(pair.name)
        self.connection = None

    def another(self):
        copy = object.__new__(Client)
        copy.address, copy.context, copy.connection = self.address, self.context, None
        return copy

    def open(self, method, path, body=None, kind="application/json", timeout=120):
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                *self.address, context=self.context, timeout=timeout)
        text = None if body is None else json.dumps(body)
        self.connection.request(
            method, path, text, {"Content-Type": kind, "Accept": "application/json"})
        answer = self.connection.getresponse()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.read()[:300]!r}")
        return answer

    def call(self, *arguments, **more):
        return json.loads(self.open(*arguments, **more).read())

    def watch(self, path, **query):
        """The events of a watch, as they come."""
        query = urllib.parse.urlencode({"watch": "true", "timeoutSeconds": 110, **query})
        answer = self.another().open("GET", f"{path}?{query}")
        while line := answer.readline():
            yield json.loads(line)


def milliseconds(begin):
    return (time.perf_counter() - begin) * 1000


def pod(name):
    container = {"name": "c", "image": "busybox", "command": ["sleep", "3600"]}
    return {"metadata": {"name": name, "labels": {"bench": "yes"}},
            "spec": {"containers": [container], "terminationGracePeriodSeconds": 0}}


def is_ready(item):
    return any(c["type"] == "Ready" and c["status"] == "True"
               for c in item.get("status", {}).get("conditions", []))


def clear(client, kind="pods"):
    path = f"{NAMESPACE}/{kind}?labelSelector=bench%3Dyes"
    client.call("DELETE", path)
    while client.call("GET", path)["items"]:
        time.sleep(0.05)


def ready(client, _):
    begin = time.monotonic()
    while time.monotonic() < begin + 60:
        nodes = client.call("GET", "/api/v1/nodes")["items"]
        if nodes and all(map(is_ready, nodes)):
            return []
        time.sleep(0.01)
    raise RuntimeError("no node became Ready")


def until_ready(client, names, version):
    waiting = set(names)
    events = client.watch(f"{NAMESPACE}/pods", labelSelector="bench=yes", resourceVersion=version)
    for event in events:
        if event["type"] != "BOOKMARK" and is_ready(event["object"]):
            waiting.discard(event["object"]["metadata"]["name"])
            if not waiting:
                return
    raise RuntimeError(f"never ready: {sorted(waiting)[:5]}")


def version(client):
    return client.call("GET", f"{NAMESPACE}/pods?limit=1")["metadata"]["resourceVersion"]


def pods(client, count):
    times = []
    for number in range(count):
        since = version(client)
        begin = time.perf_counter()
        client.call("POST", f"{NAMESPACE}/pods", pod(f"one-{number}"))
        until_ready(client, [f"one-{number}"], since)
        times.append(milliseconds(begin))
    clear(client)
    return [statistics.median(times)]


def burst(client, count):
    since = version(client)
    begin = time.perf_counter()
    names = [f"burst-{number}" for number in range(count)]
    for name in names:
        client.call("POST", f"{NAMESPACE}/pods", pod(name))
    until_ready(client, names, since)
    taken = milliseconds(begin)
    clear(client)
    return [taken]


def config_map(name):
    return {"metadata": {"name": name, "labels": {"bench": "yes"}}, "data": {"key": "value" * 20}}


def writes(client, count):
    times = []
    for number in range(count):
        begin = time.perf_counter()
        client.call("POST", f"{NAMESPACE}/configmaps", config_map(f"w-{number}"))
        times.append(milliseconds(begin))
    clear(client, "configmaps")
    return [statistics.median(times)]


def reads(client, count):
    client.call("POST", f"{NAMESPACE}/configmaps", config_map("r"))
    rates = []
    for path in (f"{NAMESPACE}/configmaps/r", "/api/v1/configmaps"):
        begin = time.perf_counter()
        for _ in range(count):
            client.call("GET", path)
        rates.append(count / (time.perf_counter() - begin))
    clear(client, "configmaps")
    return rates


def watch(client, count):
    since = version(client)
    arrivals = [threading.Semaphore(0) for _ in range(count)]

    def follow(arrival):
        for event in client.watch(f"{NAMESPACE}/configmaps", resourceVersion=since,
                                  labelSelector="bench=yes"):
            if event["type"] == "ADDED":
                arrival.release()

    for arrival in arrivals:
        threading.Thread(target=follow, args=(arrival,), daemon=True).start()
    times = []
    for number in range(12):
        begin = time.perf_counter()
        client.call("POST", f"{NAMESPACE}/configmaps", config_map(f"f-{number}"))
        for arrival in arrivals:
            if not arrival.acquire(timeout=60):
                raise RuntimeError("a watcher saw nothing")
        times.append(milliseconds(begin))
    clear(client, "configmaps")
    # The first ones also wait for the watchers to connect.
    return [statistics.median(times[2:])]


def simulated(client, count):
    names = [f"virtual-{number}" for number in range(10)]
    conditions = [{"type": "Ready", "status": "True", "reason": "KubeletReady", "message": "simulated"}]
    resources = {"cpu": "64", "memory": "256Gi", "pods": str(count)}
    for name in names:
        client.call("POST", "/api/v1/nodes", {"metadata": {"name": name, "labels": {"virtual": "yes"}}})
        client.call("PATCH", f"/api/v1/nodes/{name}/status",
                    {"status": {"capacity": resources, "allocatable": resources, "conditions": conditions}},
                    kind="application/merge-patch+json")
        lease = {"metadata": {"name": name, "namespace": "kube-node-lease"},
                 "spec": {"holderIdentity": name, "leaseDurationSeconds": 400,
                          "renewTime": time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() + 300))}}
        client.call("POST", "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases", lease)
    stop = threading.Event()

    def kubelet():
        own = client.another()
        running = {"startedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        for event in client.watch(f"{NAMESPACE}/pods", labelSelector="bench=yes"):
            if stop.is_set():
                return
            item = event["object"]
            if event["type"] not in ("ADDED", "MODIFIED") or is_ready(item):
                continue
            if not item["spec"].get("nodeName"):
                continue
            state = {"name": "c", "ready": True, "restartCount": 0, "image": "none", "imageID": "none",
                     "state": {"running": running}}
            status = {"phase": "Running", "containerStatuses": [state], "conditions": [
                {"type": kind, "status": "True"} for kind in ("Ready", "ContainersReady", "Initialized")]}
            own.call("PATCH", f"{NAMESPACE}/pods/{item['metadata']['name']}/status", {"status": status},
                     kind="application/merge-patch+json")

    threading.Thread(target=kubelet, daemon=True).start()
    template = pod("x")
    template["metadata"] = {"labels": {"bench": "yes"}}
    template["spec"]["nodeSelector"] = {"virtual": "yes"}
    wish = {"metadata": {"name": "many"}, "spec": {
        "replicas": count, "selector": {"matchLabels": {"bench": "yes"}}, "template": template}}
    begin = time.perf_counter()
    client.call("POST", "/apis/apps/v1/namespaces/default/deployments", wish)
    while client.call("GET", "/apis/apps/v1/namespaces/default/deployments/many").get(
            "status", {}).get("readyReplicas", 0) < count:
        if milliseconds(begin) > 300_000:
            raise RuntimeError("not all became ready in 300 s")
        time.sleep(0.1)
    taken = milliseconds(begin)
    stop.set()
    return [taken]


def main():
    path, what = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    actions = {"ready": ready, "pods": pods, "burst": burst, "writes": writes, "reads": reads,
               "watch": watch, "simulated": simulated}
    print(*[f"{number:.1f}" for number in actions[what](Client(path), count)])


main()
