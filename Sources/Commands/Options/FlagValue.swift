import Support

/// Reads the value of a flag; what is wrong with it is said with the flag's name, as docker does.
func flagValue<Value>(
  _ flag: String, _ text: String, _ read: (String) throws -> Value
) throws -> Value {
  do {
    return try read(text)
  } catch var error as DklabError {
    error.message = Text(
      "invalid argument \"\(text)\" for \"\(flag)\" flag: \(error.message.en)",
      ko: "\(flag) 플래그의 값 \"\(text)\"이(가) 잘못되었습니다: \(error.message.ko)")
    error.exitStatus = 125
    throw error
  }
}

/// Whole seconds, as `--timeout` takes them.
func seconds(_ text: String?) throws -> Int? {
  try text.map { text in
    Int(clamping: try flagValue("-t, --timeout", text, GoValue.int))
  }
}
