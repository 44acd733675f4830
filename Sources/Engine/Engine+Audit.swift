// Does what is written down agree with what is there? Every command repairs what it notices
// (Reconcile.swift); the audit looks at everything, from both sides: each record for what should be
// there, and each thing that is there for its record. It changes nothing.
//
// Next: Engine+AuditThings.swift.

import Documents
import Glibc
import Images
import Linux
import Support

/// One disagreement.
package struct AuditFinding: Sendable, Equatable {
  /// What kind it is, the same in every language: `container.process-missing`.
  package var id: String
  /// The object it is about.
  package var subject: String
  package var message: Text
}

/// What an audit looked at, and what it found.
package struct AuditReport: Sendable {
  /// How many objects of each kind were looked at, in the order they were.
  package var counts: [(kind: Text, count: Int)] = []
  package var findings: [AuditFinding] = []

  mutating func add(_ id: String, _ subject: String, _ message: Text) {
    findings.append(AuditFinding(id: id, subject: subject, message: message))
  }
}

extension Engine {
  /// Compares records with processes, control groups, addresses, files and images, and files and
  /// processes with records.
  package func audit() throws -> AuditReport {
    var report = AuditReport()
    try auditDatabase(&report)
    let records = try containers()
    for record in records { try auditContainer(record, &report) }
    report.counts.append((Text("containers", ko: "컨테이너"), records.count))
    try auditVolumes(records, &report)
    try auditFiles(records, &report)
    auditGroups(records, &report)
    try auditAddresses(records, &report)
    auditProcesses(records, &report)
    auditMounts(&report)
    try auditImages(records, &report)
    return report
  }

  private func auditDatabase(_ report: inout AuditReport) throws {
    let words = try database.query("PRAGMA integrity_check").compactMap { $0[0].text }
    for word in words where word != "ok" {
      report.add(
        "database.damaged", directory + "/engine.db",
        Text("the database is damaged: \(word)", ko: "데이터베이스가 손상되었습니다: \(word)"))
    }
    let count = try database.query("SELECT COUNT(*) FROM journal").first?[0].integer ?? 0
    report.counts.append((Text("journal entries", ko: "일지 항목"), Int(count)))
  }

  private func auditContainer(_ record: ContainerRecord, _ report: inout AuditReport) throws {
    let (state, name) = (record.state, record.name)
    if !File.isDirectory(containerDirectory(record.id) + "/upper") {
      report.add(
        "container.files-missing", name,
        Text("its layer is gone", ko: "컨테이너 계층이 없습니다"))
    }
    guard state.isActive else {
      if let monitor = state.monitor, !monitor.isAlive {
        report.add(
          "container.monitor-dead", name,
          Text("does not run, but names a monitor", ko: "실행 중이 아닌데 모니터가 기록되어 있습니다"))
      }
      if let process = state.process, process.isAlive {
        report.add(
          "container.process-left", name,
          Text(
            "does not run, but its process \(process.pid) does",
            ko: "실행 중이 아닌데 프로세스 \(process.pid)이(가) 남아 있습니다"))
      }
      return
    }
    if !(state.monitor?.isAlive ?? false) {
      report.add(
        "container.monitor-missing", name, Text("runs without a monitor", ko: "모니터 없이 실행 중입니다"))
    }
    if state.status != .restarting, !(state.process?.isAlive ?? false) {
      report.add(
        "container.process-missing", name,
        Text(
          "is \(state.status.rawValue) without a process",
          ko: "프로세스 없이 \(state.status.rawValue) 상태입니다"))
    }
    if !File.exists(socketPath(record.id)) {
      report.add(
        "container.socket-missing", name,
        Text("its monitor has no socket", ko: "모니터의 소켓이 없습니다"))
    }
    guard state.status != .restarting, let cgroup = state.cgroup else { return }
    for path in Set(cgroup.directories.values).union([cgroup.unified].compactMap(\.self)).sorted()
    where !File.isDirectory(path) {
      report.add(
        "container.group-missing", name,
        Text("its control group \(path) is gone", ko: "제어 그룹 \(path)이(가) 없습니다"))
    }
  }

  private func auditImages(_ records: [ContainerRecord], _ report: inout AuditReport) throws {
    let store = try images()
    for record in records {
      guard let image = try store.heldImage(id: record.imageID), image.isComplete else {
        report.add(
          "container.image-missing", record.name,
          Text(
            "its image \(record.spec.image) is not complete",
            ko: "이미지 \(record.spec.image)이(가) 온전하지 않습니다"))
        continue
      }
    }
    let all = try store.list()
    for image in all where !image.isComplete {
      report.add(
        "image.incomplete", image.id.short,
        Text("layers of it are missing", ko: "계층이 빠져 있습니다"))
    }
    report.counts.append((Text("images", ko: "이미지"), all.count))
  }
}
