"""What a program does with Docker's SDK for Python; fails at the first thing that is not so."""

import io
import tarfile

import docker

client = docker.from_env()
assert client.ping()
assert client.containers.run("busybox", "echo sdk", remove=True) == b"sdk\n"

web = client.containers.run("busybox", ["sleep", "1000"], detach=True, name="sdk", labels={"a": "b"})
assert [found.name for found in client.containers.list(filters={"label": "a=b"})] == ["sdk"]
assert web.exec_run("sh -c 'echo in; exit 3'") == (3, b"in\n")
streams = web.exec_run("sh -c 'echo o; echo e >&2'", demux=True).output
assert streams == (b"o\n", b"e\n"), streams

archive = io.BytesIO()
with tarfile.open(fileobj=archive, mode="w") as tar:
    info = tarfile.TarInfo("file")
    info.size = 3
    tar.addfile(info, io.BytesIO(b"abc"))
assert web.put_archive("/", archive.getvalue())
stream, status = web.get_archive("/file")
assert status["name"] == "file" and status["size"] == 3, status
assert tarfile.open(fileobj=io.BytesIO(b"".join(stream))).extractfile("file").read() == b"abc"

events = client.events(filters={"container": "sdk"}, decode=True)
web.stop(timeout=0)
assert next(event for event in events if event["Action"] == "die")["Actor"]["Attributes"]["name"] == "sdk"
events.close()
assert web.wait()["StatusCode"] == 137
web.remove()

try:
    client.containers.get("sdk")
    raise AssertionError("found a container that was removed")
except docker.errors.NotFound as error:
    assert "No such container: sdk" in str(error)

volume = client.volumes.create("sdkvolume", labels={"x": "y"})
assert client.volumes.get("sdkvolume").attrs["Labels"] == {"x": "y"}
volume.remove()
network = client.networks.create("sdknetwork")
assert [found.name for found in client.networks.list(names=["sdknetwork"])] == ["sdknetwork"]
network.remove()

dockerfile = io.BytesIO(b"FROM busybox\nRUN echo built\nLABEL built=yes\n")
image, log = client.images.build(fileobj=dockerfile, tag="sdkimage", nocache=True)
assert image.labels == {"built": "yes"}, image.labels
assert any("built\n" == line.get("stream") for line in log)
client.images.remove("sdkimage")
print("all is well")
