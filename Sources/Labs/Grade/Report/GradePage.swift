import Support

/// What the report's page is made of: its head, its style, and text of strangers made harmless.
enum GradePage {
  static func text(title: String, language: Language, body: [String]) -> String {
    """
    <!DOCTYPE html>
    <html lang="\(language.rawValue)"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(title)</title><style>\(style)</style></head><body>
    <h1>\(title)</h1>
    \(body.joined(separator: "\n"))
    </body></html>

    """
  }

  /// Text of whoever it may be as text.
  static func plain(_ text: String) -> String {
    text.printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }

  /// The same for sentences: what stands between backticks is code.
  static func prose(_ text: String) -> String {
    let parts = plain(text).split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count % 2 == 1 else { return plain(text) }
    return parts.enumerated().map { place, part in
      place % 2 == 1 ? "<code>\(part)</code>" : String(part)
    }.joined()
  }

  private static let style = """
    :root{--line:#ddd;--soft:#5b5b5b;--head:#f3f4f6;--bad:#c0392b}
    body{font:15px/1.5 system-ui,"Noto Sans KR","Noto Sans CJK KR","Malgun Gothic","Apple SD Gothic Neo",
    NanumGothic,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff;
    word-break:keep-all;overflow-wrap:break-word}
    table{border-collapse:collapse;width:100%;margin:1rem 0}
    th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
    th{border-bottom:2px solid #888}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    tr.step>*{background:var(--head);border-bottom:1px solid var(--line)}
    .facts{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0}
    .facts div{flex:1 1 8rem;background:var(--head);border-radius:6px;padding:.5rem .8rem}
    .facts b{display:block;font-size:1.5rem;font-variant-numeric:tabular-nums}.facts span{color:var(--soft)}
    .columns{display:flex;gap:4px;align-items:flex-end;height:150px;max-width:600px}
    .columns div{flex:1;display:flex;flex-direction:column;justify-content:flex-end;text-align:center;height:100%}
    .columns i{background:#3b6fb6;border-radius:3px 3px 0 0;order:2}.columns b{order:1;font-weight:500}
    .columns span{order:3;border-top:1px solid #888;color:var(--soft)}
    .share{white-space:nowrap;width:9rem}.bar{display:inline-block;height:.7rem;background:var(--bad)}
    code{font:.92em ui-monospace,"D2Coding",NanumGothicCoding,monospace;background:var(--head);padding:0 .2em;
    border-radius:3px}
    .pass::before{content:"\\2713\\00a0";color:#1e7d34}.fail::before{content:"\\2717\\00a0";color:#b00020}
    .error{color:#8a5a00}.refused{color:#b00020}td.error::before{content:"!\\00a0"}
    details{margin:.5rem 0;border:1px solid var(--line);border-radius:6px;padding:.4rem .8rem}
    details td:first-child,details th:first-child{width:11rem}
    summary{cursor:pointer}.points{float:right;font-variant-numeric:tabular-nums}
    details>div{scroll-margin-top:3rem}.why{color:var(--soft);font-size:.93em}
    .note{background:#fff8e1;padding:.2rem .5rem}
    @media(prefers-color-scheme:dark){:root{--line:#444;--soft:#aaa;--head:#242628;--bad:#d9685c}
    body{color:#e6e6e6;background:#161616}.note{background:#3a3216}.error{color:#e0b050}.refused{color:#ff8a80}
    a{color:#8ab4f8}}
    @media print{body{font-size:11px;margin:0;max-width:none}details{border:0;padding:0}tr{break-inside:avoid}
    h2{break-after:avoid}details::details-content{content-visibility:visible;display:block}
    .bar,.columns i{print-color-adjust:exact}}
    """
}
