// What the student's commands were, taken down by the shell itself: one line a command, with its
// exit status and the folder it was typed in. A line such as `a; b && c | d` is four commands, and
// each has a status of its own; one status for the whole line would let `docker rmi x; false` pass
// for an attempt that failed.
//
// bash runs a DEBUG trap before each command. By then the one before has ended and `PIPESTATUS` has
// its statuses, unless both belong to one pipeline, whose parts start before any has ended. What
// tells the two apart are the pipes the shell holds open at that moment: none for a command alone,
// two before the first part of a pipeline, three before a middle one, one before the last.
//
// zsh runs its trap for a whole list of `&&` and `||`; where the status of a part cannot be known,
// `-` is written, and nothing that depends on it can be judged.
//
// Man pages: bash(1) "trap", zshbuiltins(1) "trap", pipe(2).

/// The shell code that writes `time TAB status TAB folder TAB command` to `$DKLAB_COMMANDS`, and
/// before that, in a shell somebody types into, the whole line.
enum CommandRecorder {
  /// For bash and zsh alike: takes down the line that is about to be run.
  static let line = #"""
    __dklab_line() {
      printf '%s\t>\t%s\t%s\n' "$EPOCHREALTIME" "${PWD//[$'\n\t']/ }" "${1//$'\n'/$'\x1e'}" \
        >> "$DKLAB_COMMANDS"
    }

    """#

  /// For bash. `__dklab_debug` belongs into a DEBUG trap, and `__dklab_ended` wherever the last
  /// command is known to have ended.
  static let bash = #"""
    __dklab_words=() __dklab_places=() __dklab_open=' '
    for __dklab_fd in /proc/$BASHPID/fd/*; do
      [[ ! -p $__dklab_fd ]] || __dklab_open+="${__dklab_fd##*/} "
    done
    __dklab_ended() {
      local count=${#__dklab_words[@]} index status statuses=($2) word
      for ((index = 0; index < count; index++)); do
        status=-
        if [ -n "${__dklab_unsure-}" ]; then :
        elif ((count == 1 && $1 > 1)); then status=$1
        elif ((${#statuses[@]} == count)); then status=${statuses[index]}
        elif ((index == count - 1)); then status=$1
        fi
        word=${__dklab_words[index]//[$'\n\t']/ }
        printf '%s\t%s\t%s\t%s\n' "$EPOCHREALTIME" "$status" "${__dklab_places[index]}" "$word"
      done >> "$DKLAB_COMMANDS"
      __dklab_words=() __dklab_places=()
    }
    __dklab_debug() {
      local fd pipes=0
      __dklab_at=${4-}
      for fd in /proc/$BASHPID/fd/*; do
        [[ ! -p $fd || $__dklab_open == *" ${fd##*/} "* ]] || ((pipes += 1))
      done
      ((pipes % 2 && ${#__dklab_words[@]})) || __dklab_ended "$1" "$2"
      case $3 in
        __dklab_* | 'eval "$__dklab_'* | 'for '* | 'case '* | 'select '* | '(('*) return 0 ;;
      esac
      __dklab_words+=("$3") __dklab_places+=("${PWD//[$'\n\t']/ }")
    }

    """#

  /// Whether `line` begins a command with a subshell, whose status looks like that of the command
  /// before it: then no status is certain.
  static func isUnsure(_ line: String) -> Bool {
    zip(" " + line, line).contains { before, character in
      character == "(" && !"$<>=".contains(before)
    }
  }

  /// For a script: everything it runs. Before the EXIT trap's own command the DEBUG trap is run once
  /// more, and takes down what ended last. With `place`, that file holds the number of the line that
  /// is being run, so that it can be said which command never ended.
  static func bashScript(place: String? = nil) -> String {
    let note = place.map { "; printf %s \"$__dklab_at\" >| \($0)" } ?? ""
    return bash + """
      trap : EXIT
      trap '__dklab_debug "$?" "${PIPESTATUS[*]}" "$BASH_COMMAND" "$LINENO"\(note)' DEBUG

      """
  }

  /// For zsh. `__dklab_ended` closes the list that `__dklab_begun` opened.
  static let zsh = #"""
    typeset -ga __dklab_words; typeset -g __dklab_place=
    __dklab_ended() {
      local code=$1 line=$2 word part kind=plain; local -a statuses parts; statuses=(${=3})
      [[ -n $line ]] || return 0
      for word in ${(z)line}; do
        case $word in
          '&&' | '||' | '|' | '|&')
            parts+=("$part") part=
            [[ $kind == plain || $kind == $word ]] && kind=$word || kind=mixed ;;
          *) part+="${part:+ }$word" ;;
        esac
      done
      parts+=("$part")
      local index result
      for ((index = 1; index <= $#parts; index++)); do
        result=-
        case $kind in
          plain) result=${statuses[1]:-$code}; ((code <= 1)) || result=$code ;;
          '|' | '|&') (($#statuses != $#parts)) || result=$statuses[index] ;;
          '&&') ((code)) || result=0 ;;
        esac
        printf '%s\t%s\t%s\t%s\n' "$EPOCHREALTIME" "$result" "$__dklab_place" \
          "${parts[index]//[$'\n\t']/ }"
      done >> "$DKLAB_COMMANDS"
    }
    __dklab_debug() {
      __dklab_ended "$1" "$__dklab_list" "$2"
      __dklab_place=${PWD//[$'\n\t']/ } __dklab_list=
      case $3 in
        __dklab_* | '('* | '{'* | 'for '* | 'if '* | 'while '* | 'until '* | 'case '* | \
          'repeat '* | 'select '* | *' () {'*) ;;
        *) __dklab_list=$3 ;;
      esac
    }

    """#
}
