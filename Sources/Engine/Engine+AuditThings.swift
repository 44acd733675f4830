// The audit from the other side: files, control groups, addresses, processes and mounts that belong
// to this instance by their names, each of which must have a record.

import Glibc
import Linux
import Support

extension Engine {
  func auditVolumes(_ records: [ContainerRecord], _ report: inout AuditReport) throws {
    let names = Set(try database.query("SELECT name FROM volumes").compactMap { $0[0].text })
    for name in names.sorted() where !File.isDirectory(volumeDirectory(name)) {
      report.add(
        "volume.files-missing", name, Text("its directory is gone", ko: "볼륨 디렉터리가 없습니다"))
    }
    for name in (try? Directory.list(directory + "/volumes")) ?? [] where !names.contains(name) {
      report.add(
        "volume.files-left", name,
        Text("a volume's directory without a record", ko: "기록이 없는 볼륨 디렉터리입니다"))
    }
    for record in records {
      for name in record.mounts.compactMap(\.name) where !names.contains(name) {
        report.add(
          "container.volume-missing", record.name,
          Text("its volume \(name) is gone", ko: "볼륨 \(name)이(가) 없습니다"))
      }
    }
    report.counts.append((Text("volumes", ko: "볼륨"), names.count))
  }

  func auditFiles(_ records: [ContainerRecord], _ report: inout AuditReport) throws {
    let ids = Set(records.map(\.id))
    for name in (try? Directory.list(directory + "/containers")) ?? [] where !ids.contains(name) {
      report.add(
        "container.files-left", name,
        Text("a container's directory without a record", ko: "기록이 없는 컨테이너 디렉터리입니다"))
    }
    for name in (try? Directory.list(root.path)) ?? [] where name.hasPrefix("removing-") {
      report.add(
        "instance.files-left", name,
        Text("an instance whose removal was interrupted", ko: "지우다가 중단된 인스턴스입니다"))
    }
  }

  func auditGroups(_ records: [ContainerRecord], _ report: inout AuditReport) {
    let active = Set(records.filter(isAlive).map(\.id))
    var count = 0
    for hierarchy in CgroupLayout.observe().hierarchies {
      let parent = "\(hierarchy.base)/dklab/\(instance)"
      for name in (try? Directory.list(parent)) ?? [] where File.isDirectory("\(parent)/\(name)") {
        // Steps of builds have groups too, and no records.
        guard name.count == 64, name.allSatisfy(\.isHexDigit) else { continue }
        count += 1
        guard !active.contains(name),
          records.contains(where: { $0.id == name }) || isIdle(parent, name)
        else { continue }
        report.add(
          "group.left", "\(parent)/\(name)",
          Text(
            "a control group of a container that does not run",
            ko: "실행 중이 아닌 컨테이너의 제어 그룹입니다"))
      }
    }
    report.counts.append((Text("control groups", ko: "제어 그룹"), count))
  }

  private func isIdle(_ parent: String, _ name: String) -> Bool {
    ((try? File.text("\(parent)/\(name)/cgroup.procs")) ?? "").isEmpty
  }

  func auditAddresses(_ records: [ContainerRecord], _ report: inout AuditReport) throws {
    let owners = try network.owners()
    // A step of a build is no container: its process is the witness.
    let ids = Set(records.map(\.id))
    for owner in owners.sorted() where !ids.contains(owner) && !isRunning(step: owner) {
      report.add(
        "address.left", owner,
        Text("an address of a container that is gone", ko: "없어진 컨테이너가 주소를 차지하고 있습니다"))
    }
    for record in records where record.state.isActive && record.state.endpoint != nil {
      if !owners.contains(record.id) {
        report.add(
          "container.address-missing", record.name,
          Text("its address is not reserved", ko: "주소가 예약되어 있지 않습니다"))
      }
    }
    report.counts.append((Text("addresses", ko: "주소"), owners.count))
  }

  private func isRunning(step id: String) -> Bool {
    !CgroupHandle.isFree(CgroupLayout.observe(), path: cgroupPath(id))
  }

  /// Monitors are found by their command line, which names root, instance and container.
  func auditProcesses(_ records: [ContainerRecord], _ report: inout AuditReport) {
    var count = 0
    for entry in (try? Directory.list("/proc")) ?? [] {
      guard let pid = pid_t(entry), let bytes = try? File.read("/proc/\(pid)/cmdline", limit: 65536)
      else { continue }
      let words = bytes.split { $0 == 0 || $0 == 32 }.map { String(decoding: $0, as: UTF8.self) }
      guard let place = words.firstIndex(of: "__monitor"), words.count > place + 3,
        words[place + 1] == root.path, words[place + 2] == instance
      else { continue }
      count += 1
      let id = words[place + 3]
      // Its children for a moment (the writer of a record) have the same command line.
      let parent = ProcessStat(of: pid)?.parent ?? 0
      let known = records.first { $0.id == id }?.state.monitor?.pid
      guard known != pid, known != parent, ProcessIdentity(of: pid)?.isAlive ?? false else {
        continue
      }
      report.add(
        "process.left", "\(pid)",
        Text("a monitor without a container", ko: "컨테이너가 없는 모니터 프로세스입니다"))
    }
    report.counts.append((Text("monitors", ko: "모니터"), count))
  }

  /// Containers mount in namespaces of their own: on the host there is nothing but the network's.
  func auditMounts(_ report: inout AuditReport) {
    let lines = ((try? File.text("/proc/self/mountinfo")) ?? "").split(separator: "\n")
    for line in lines {
      let words = line.split(separator: " ")
      guard words.count > 4, words[4].hasPrefix(directory + "/"),
        !words[4].hasPrefix(directory + "/network")
      else { continue }
      report.add(
        "mount.left", String(words[4]),
        Text("mounted outside of any container", ko: "컨테이너 밖에 마운트되어 있습니다"))
    }
  }
}
