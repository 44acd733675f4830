import Documents
import Linux

// The names of the members are those of the properties, as Codable has them.

extension ProcessIdentity: RecordPart {
  package init(fields: inout JSONFields) throws {
    self.init(pid: try fields.number("pid"), startTime: try fields.number("startTime"))
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("pid", pid)
    fields.write("startTime", startTime)
  }
}

extension CgroupHandle: RecordPart {
  package init(fields: inout JSONFields) throws {
    self = .unlimited(path: try fields.string("path"))
    directories = try fields.pairs("directories")
    unified = try fields.string(ifPresent: "unified")
  }

  package func write(to fields: inout JSONFieldsText) throws {
    fields.write("path", path)
    fields.write("directories", directories)
    fields.write("unified", unified)
  }
}
