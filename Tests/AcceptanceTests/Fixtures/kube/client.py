"""What a program does with a cluster through the Python client; says each step when it has worked.

Usage: client.py   (the cluster is the current one of KUBECONFIG)
"""

import socket
import threading
import time

from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException
from kubernetes.dynamic import DynamicClient
from kubernetes.stream import portforward, stream


def pod(name, command):
    return client.V1Pod(
        metadata=client.V1ObjectMeta(name=name, labels={"app": name}),
        spec=client.V1PodSpec(
            termination_grace_period_seconds=1,
            containers=[
                client.V1Container(name="main", image="busybox", command=["sh", "-c", command])
            ],
        ),
    )


def until_ready(core, name):
    """Waits through a watch, as a program should, from the state that a list has told."""
    seen = []
    listed = core.list_namespaced_pod("default", field_selector=f"metadata.name={name}")
    watcher = watch.Watch()
    for event in watcher.stream(
        core.list_namespaced_pod,
        "default",
        field_selector=f"metadata.name={name}",
        resource_version=listed.metadata.resource_version,
        timeout_seconds=100,
    ):
        seen.append(event["type"])
        conditions = event["object"].status.conditions or []
        if any(c.type == "Ready" and c.status == "True" for c in conditions):
            watcher.stop()
            return seen
    raise AssertionError(f"{name} did not become ready: {seen}")


def check_objects(core):
    version = client.VersionApi().get_code()
    assert version.major == "1" and version.minor == "32", version
    made = core.create_namespaced_config_map(
        "default", client.V1ConfigMap(metadata={"name": "settings"}, data={"a": "1", "b": "2"})
    )
    assert made.metadata.uid and made.data == {"a": "1", "b": "2"}
    try:
        core.create_namespaced_config_map("default", client.V1ConfigMap(metadata={"name": "settings"}))
        raise AssertionError("made twice")
    except ApiException as error:
        assert error.status == 409 and "AlreadyExists" in error.body, error
    # A dictionary is a strategic merge patch, a list a JSON patch.
    patched = core.patch_namespaced_config_map("settings", "default", {"data": {"b": None, "c": "3"}})
    assert patched.data == {"a": "1", "c": "3"}, patched.data
    patched = core.patch_namespaced_config_map(
        "settings", "default", [{"op": "replace", "path": "/data/a", "value": "9"}]
    )
    assert patched.data["a"] == "9"
    made.data = {"late": "1"}
    try:
        core.replace_namespaced_config_map("settings", "default", made)
        raise AssertionError("replaced an old version")
    except ApiException as error:
        assert error.status == 409 and "Conflict" in error.body, error
    print("objects")


def check_pages(core):
    for number in range(7):
        core.create_namespaced_secret(
            "default", client.V1Secret(metadata={"name": f"s{number}"}, string_data={"n": str(number)})
        )
    names, token = [], None
    while True:
        page = core.list_namespaced_secret("default", limit=3, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
    assert names == [f"s{number}" for number in range(7)], names
    print("pages")


def check_watch(core):
    start = core.list_namespaced_config_map("default").metadata.resource_version

    def write():
        for number in range(5):
            core.create_namespaced_config_map(
                "default", client.V1ConfigMap(metadata={"name": f"w{number}", "labels": {"w": "yes"}})
            )
        core.patch_namespaced_config_map("w3", "default", {"data": {"x": "y"}})
        core.delete_namespaced_config_map("w4", "default")

    writer = threading.Thread(target=write)
    writer.start()
    events = []
    for event in watch.Watch().stream(
        core.list_namespaced_config_map, "default", label_selector="w=yes", resource_version=start,
        timeout_seconds=60,
    ):
        events.append((event["type"], event["object"].metadata.name))
        if event["type"] == "DELETED":
            break
    writer.join()
    wanted = [("ADDED", f"w{number}") for number in range(5)]
    assert events == wanted + [("MODIFIED", "w3"), ("DELETED", "w4")], events
    print("watch")


def check_pods(core):
    core.create_namespaced_pod(
        "default", pod("web", "echo begun; while :; do printf 'hello\\n' | nc -l -p 8080; done")
    )
    until_ready(core, "web")
    print("pod")
    log = core.read_namespaced_pod_log("web", "default")
    assert log == "begun\n", log
    print("log")
    answer = stream(
        core.connect_get_namespaced_pod_exec, "web", "default",
        command=["sh", "-c", "echo out; echo err >&2; exit 3"], stdout=True, stderr=True,
        stdin=False, tty=False, _preload_content=False,
    )
    answer.run_forever(timeout=60)
    assert answer.read_stdout() == "out\n" and answer.read_stderr() == "err\n"
    assert answer.returncode == 3, answer.returncode
    session = stream(
        core.connect_get_namespaced_pod_exec, "web", "default", command=["cat"], stdout=True,
        stderr=True, stdin=True, tty=False, _preload_content=False,
    )
    session.write_stdin("through\n")
    deadline = time.time() + 60
    text = ""
    while "through" not in text and time.time() < deadline:
        session.update(timeout=1)
        if session.peek_stdout():
            text += session.read_stdout()
    assert text == "through\n", text
    session.close()
    print("exec")
    forward = portforward(core.connect_get_namespaced_pod_portforward, "web", "default", ports="8080")
    connection = forward.socket(8080)
    connection.setblocking(True)
    data = b""
    while b"hello" not in data:
        part = connection.recv(1024)
        if not part:
            break
        data += part
    assert data.startswith(b"hello"), data
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()
    print("port-forward")


def check_workloads(core):
    apps = client.AppsV1Api()
    template = pod("many", "sleep 1000")
    apps.create_namespaced_deployment(
        "default",
        client.V1Deployment(
            metadata={"name": "many"},
            spec=client.V1DeploymentSpec(
                replicas=2,
                selector={"matchLabels": {"app": "many"}},
                template=client.V1PodTemplateSpec(
                    metadata={"labels": {"app": "many"}}, spec=template.spec
                ),
            ),
        ),
    )
    apps.patch_namespaced_deployment_scale("many", "default", {"spec": {"replicas": 3}})
    for event in watch.Watch().stream(
        apps.list_namespaced_deployment, "default", timeout_seconds=100
    ):
        if (event["object"].status.available_replicas or 0) == 3:
            break
    assert apps.read_namespaced_deployment_status("many", "default").status.ready_replicas == 3
    print("deployment")
    dynamic = DynamicClient(client.ApiClient())
    kind = dynamic.resources.get(api_version="apps/v1", kind="Deployment")
    applied = kind.server_side_apply(
        body={
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "many", "namespace": "default", "labels": {"by": "hand"}},
        },
        name="many", namespace="default", field_manager="script",
    )
    assert applied.metadata.labels.by == "hand"
    owners = [entry.manager for entry in applied.metadata.managedFields]
    assert "script" in owners, owners
    print("dynamic")
    core.delete_collection_namespaced_pod("default", label_selector="app=web", grace_period_seconds=0)
    apps.delete_namespaced_deployment("many", "default", propagation_policy="Foreground")
    deadline = time.time() + 100
    while core.list_namespaced_pod("default").items and time.time() < deadline:
        time.sleep(0.2)
    assert not core.list_namespaced_pod("default").items
    print("gone")


config.load_kube_config()
CORE = client.CoreV1Api()
check_objects(CORE)
check_pages(CORE)
check_watch(CORE)
check_pods(CORE)
check_workloads(CORE)
