import Linux
import Support

/// What `lab new` writes: a lab that passes `lab test` as it stands.
package enum LabTemplate {
  /// Writes a lab called `id`, by default after the folder, into `folder`, which is made when there
  /// is none. Returns the paths of its files. Throws `lab.exists` when a lab is there already.
  package static func write(
    id: String? = nil, into folder: String, languages: [Language] = Language.allCases
  ) throws -> [String] {
    let files = languages.count > 1 ? LabBundle.files : [LabBundle.files[0]]
    for file in LabBundle.files where File.exists("\(folder)/\(file)") {
      throw DklabError(
        .exists, id: "lab.exists",
        Text("\(folder)/\(file) exists already", ko: "\(folder)/\(file)이(가) 이미 있습니다"))
    }
    let id = try checked(id ?? name(of: folder))
    try Directory.make(folder)
    let main = text(languages[0], id: id, alone: languages.count == 1)
    try File.replace(folder + "/lab.md", main)
    if languages.count > 1 {
      let (lab, diagnostics) = LabReader.read(main, file: folder + "/lab.md")
      guard let lab else { throw diagnostics[0].error }
      let korean = korean.replacing("LABID", with: id)
      try File.replace(
        folder + "/lab.ko.md",
        try AcceptTranslation.accepted(korean, for: lab, file: folder + "/lab.ko.md"))
    }
    return files.map { "\(folder)/\($0)" }
  }

  private static func name(of folder: String) -> String {
    // `.` and the like have a name only from the root.
    let path = File.exists(folder) ? LabCatalog.absolute(folder) : folder
    return path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func checked(_ id: String) throws -> String {
    guard !Identifier.isValid(id) else { return id }
    throw DklabError(
      .invalid, id: "lab.bad-id", Text("`\(id)` is not an id", ko: "`\(id)`은(는) id로 쓸 수 없습니다"),
      hint: Text(
        "lower case letters, digits, `-` and `_`, beginning with a letter; `--id` chooses another",
        ko: "소문자로 시작하고 소문자, 숫자, `-`, `_`만 씁니다. `--id`로 다른 id를 정합니다"))
  }

  /// lab.md in `language`; `alone` when there will be no translation.
  static func text(_ language: Language, id: String, alone: Bool) -> String {
    var text = english.replacing("LABID", with: id)
    if alone {
      text = text.replacing(
        "images: [busybox]\n", with: "images: [busybox]\nlanguages: [\(language.rawValue)]\n")
    }
    guard language == .ko else { return text }
    for (english, korean) in sentences { text = text.replacing(english, with: korean) }
    return text
  }

  /// The template's sentences in both languages.
  private static let sentences = [
    ("My first lab", "나의 첫 실습"),
    ("One step, one container.", "한 단계, 컨테이너 하나."),
    ("What this lab is about.", "이 실습이 다루는 내용."),
    ("Start a container", "컨테이너 시작하기"),
    ("Let `{{box}}` sleep in the background:", "`{{box}}`을(를) 백그라운드에서 실행합니다."),
    ("What does `docker ps -a` show?", "`docker ps -a`에 무엇이 보이나요?"),
    ("Which option gives a container its name?", "컨테이너의 이름을 정하는 옵션은 무엇인가요?"),
    ("A container lives as long as its process.", "컨테이너는 프로세스가 사는 동안만 삽니다."),
  ]

  static let english = """
    ---
    format: 1
    id: LABID
    title: My first lab
    summary: One step, one container.
    minutes: 5
    images: [busybox]
    variables:
      box: {name: box}
    ---
    What this lab is about.

    ## Start a container {#start}

    Let `{{box}}` sleep in the background:

    ```bash
    docker run -d --name {{box}} busybox sleep 600
    ```

    ```check
    - id: running
      container.state: {name: {{box}}, is: running}
    ```

    ```wrong unnamed expect=running
    docker run -d busybox sleep 600
    ```

    ```wrong ended expect=running cause=container.exited
    docker run --name {{box}} busybox true
    ```

    ```hint look
    What does `docker ps -a` show?
    ```

    ```hint name
    Which option gives a container its name?
    ```

    ```debrief
    A container lives as long as its process.
    ```

    """

  static let korean = """
    ---
    lab: LABID
    language: ko
    title: 나의 첫 실습
    summary: 한 단계, 컨테이너 하나.
    ---
    이 실습이 다루는 내용.

    ## 컨테이너 시작하기 {#start}

    `{{box}}`을(를) 백그라운드에서 실행합니다.

    [[bash]]

    ```hint look
    `docker ps -a`에 무엇이 보이나요?
    ```

    ```hint name
    컨테이너의 이름을 정하는 옵션은 무엇인가요?
    ```

    ```debrief
    컨테이너는 프로세스가 사는 동안만 삽니다.
    ```

    """
}
