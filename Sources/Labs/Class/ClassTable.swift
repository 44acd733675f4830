import Support

/// Who has handed in what.
package enum ClassTable {
  /// A row for each student, a column for each lab; then what could not be read.
  package static func lines(
    _ items: [Collection.Item], _ roster: Roster, language: Language = .current
  ) -> [String] {
    let good = items.filter { $0.problem == nil }
    let labs = Set(good.map(\.lab)).sorted()
    var students = roster.students.map { (id: $0.id, name: $0.name) }
    for item in good
    where !students.contains(where: { $0.id.lowercased() == item.student.lowercased() }) {
      students.append((item.student, item.name))
    }
    let header = [Text("STUDENT", ko: "학생")(language), Text("NAME", ko: "이름")(language)] + labs
    let rows = students.map { student in
      [student.id, student.name.oneLine]
        + labs.map { lab -> String in
          let own = good.filter {
            $0.lab == lab && $0.student.lowercased() == student.id.lowercased()
          }
          guard let last = own.map(\.created).max() else { return "-" }
          return RFC3339.local(last).prefix(16).replacing("T", with: " ")
            + (own.count > 1 ? " (\(own.count))" : "")
        }
    }
    let missing = students.filter { student in
      !good.contains { $0.student.lowercased() == student.id.lowercased() }
    }.count
    var lines = TabWriter.align(([header] + rows).map { $0.joined(separator: "\t") })
    lines.append(
      Text(
        "\(students.count - missing) of \(students.count) students have handed in something",
        ko: "학생 \(students.count)명 가운데 \(students.count - missing)명이 제출했습니다")(language))
    for item in items {
      if let problem = item.problem { lines.append("\(item.file): \(problem(language).oneLine)") }
    }
    return lines
  }
}
