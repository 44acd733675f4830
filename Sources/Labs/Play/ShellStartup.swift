// What the lab shell reads after the student's own start-up file: the lab's programs first in PATH,
// the recorder, the prompt, and completion for `lab`.
//
// The prompt tells the current step and how much of it is right. Looking takes some ten
// milliseconds, but may take longer (a page that does not answer), and nobody shall wait for a
// prompt: the shell gives the look 80 milliseconds, and then shows what the last one found, with a
// `…`. The look goes on meanwhile and leaves its outcome in a file.

/// The text of the start-up files.
enum ShellStartup {
  static let bash =
    #"""
    [ -r ~/.bashrc ] && . ~/.bashrc
    PATH=$DKLAB_PATH:$PATH
    HISTFILE=$DKLAB_HISTORY HISTCONTROL= HISTIGNORE= HISTTIMEFORMAT=
    unalias docker podman docker-compose kubectl dklab lab 2>/dev/null
    unset -f docker podman docker-compose kubectl dklab lab 2>/dev/null

    """# + CommandRecorder.line + CommandRecorder.bash + #"""
      __dklab_subshell='(^ *[0-9]+\*?|[;&|{!]|then|else|do)[[:space:]]*\('
      __dklab_typed() {
        [[ -n $__dklab_armed && -z ${COMP_LINE-} ]] || return 0
        if [ "$__dklab_armed" = first ]; then
          __dklab_armed=more __dklab_unsure=
          local line=$(builtin history 1)
          # What a subshell at the start of a command ended with looks like the command before it.
          [[ $line =~ $__dklab_subshell ]] && __dklab_unsure=1
          [[ $line =~ ^\ *[0-9]+\*?\ *(.*)$ ]] && __dklab_line "${BASH_REMATCH[1]}"
        fi
        __dklab_debug "$1" "$2" "$3"
      }
      __dklab_before() {
        local status=$? statuses="${PIPESTATUS[*]}"
        [ -z "$__dklab_armed" ] || __dklab_ended "$status" "$statuses"
        __dklab_armed=
        return $status
      }
      # Which beginning of the lab this shell has seen.
      IFS= read -r __dklab_begun 2>/dev/null < "$DKLAB_BEGUN"
      __dklab_after() {
        local status=$? begun
        # `lab undo` in another terminal makes the folder anew: this shell stands in one that is gone.
        if [[ ! . -ef $PWD && -d $DKLAB_FOLDER ]]; then
          builtin cd -- "$PWD" 2>/dev/null || builtin cd -- "$DKLAB_FOLDER"
          IFS= read -r begun 2>/dev/null < "$DKLAB_BEGUN"
          [[ $begun == "$__dklab_begun" ]] || printf '%s\n' "$DKLAB_ANEW"
          __dklab_begun=$begun
        fi
        if ! IFS= read -r -t 0.08 __dklab_step < <(command dklab lab status --prompt 2>/dev/null)
        then
          IFS= read -r __dklab_step 2>/dev/null < "$DKLAB_PROMPT" && __dklab_step+=' …'
        fi
        [[ $PS1 == *__dklab_step* ]] || PS1=$__dklab_sign$PS1
        __dklab_armed=first
        return $status
      }
      [[ $PS1 != '\s-\v\$ ' && -n $PS1 ]] || PS1='\W \$ '
      __dklab_sign='${__dklab_step:-$DKLAB_LAB} '
      [[ -n ${NO_COLOR-} || $TERM == dumb || ${DKLAB_ACCESSIBLE-} == 1 ]] ||
        __dklab_sign='\[\e[36m\]${__dklab_step:-$DKLAB_LAB}\[\e[0m\] '
      if ((BASH_VERSINFO[0] > 5 || (BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] > 0))); then
        PROMPT_COMMAND=(__dklab_before "${PROMPT_COMMAND[@]}" __dklab_after)
      else
        PROMPT_COMMAND="__dklab_before${PROMPT_COMMAND:+; $PROMPT_COMMAND}; __dklab_after"
      fi
      __dklab_complete() {
        local IFS=$'\n'
        COMPREPLY=($(command dklab lab __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
      }
      complete -o nosort -F __dklab_complete lab 2>/dev/null
      trap '__dklab_typed "$?" "${PIPESTATUS[*]}" "$BASH_COMMAND"' DEBUG

      """#

  static let zsh =
    #"""
    ZDOTDIR=${DKLAB_ZDOTDIR:-$HOME}
    [ -r "$ZDOTDIR/.zshrc" ] && . "$ZDOTDIR/.zshrc"
    zmodload zsh/datetime
    path=("$DKLAB_PATH" $path)
    HISTFILE=$DKLAB_HISTORY
    unalias docker podman docker-compose kubectl dklab lab 2>/dev/null
    unfunction docker podman docker-compose kubectl dklab lab 2>/dev/null

    """# + CommandRecorder.line + CommandRecorder.zsh + #"""
      __dklab_preexec() { __dklab_armed=1; __dklab_line "$1" }
      __dklab_before() {
        local code=$? statuses="$pipestatus"
        [[ -z $__dklab_armed ]] || __dklab_ended "$code" "$__dklab_list" "$statuses"
        __dklab_armed= __dklab_list=
        return $code
      }
      # Which beginning of the lab this shell has seen.
      IFS= read -r __dklab_begun 2>/dev/null < "$DKLAB_BEGUN"
      __dklab_after() {
        local begun
        # `lab undo` in another terminal makes the folder anew: this shell stands in one that is gone.
        if [[ ! . -ef $PWD && -d $DKLAB_FOLDER ]]; then
          builtin cd -q -- "$PWD" 2>/dev/null || builtin cd -q -- "$DKLAB_FOLDER"
          IFS= read -r begun 2>/dev/null < "$DKLAB_BEGUN"
          [[ $begun == "$__dklab_begun" ]] || print -r -- "$DKLAB_ANEW"
          __dklab_begun=$begun
        fi
        if ! IFS= read -r -t 0.08 __dklab_step < <(command dklab lab status --prompt 2>/dev/null)
        then
          IFS= read -r __dklab_step 2>/dev/null < "$DKLAB_PROMPT" && __dklab_step+=' …'
        fi
        [[ $PROMPT == *__dklab_step* ]] || PROMPT=$__dklab_sign$PROMPT
      }
      setopt prompt_subst debug_before_cmd
      typeset -ga preexec_functions precmd_functions
      preexec_functions+=(__dklab_preexec)
      precmd_functions=(__dklab_before $precmd_functions __dklab_after)
      [[ $PROMPT != '%m%# ' ]] || PROMPT='%1~ %# '
      __dklab_sign='${__dklab_step:-$DKLAB_LAB} '
      [[ -n ${NO_COLOR-} || $TERM == dumb || ${DKLAB_ACCESSIBLE-} == 1 ]] ||
        __dklab_sign='%F{cyan}${__dklab_step:-$DKLAB_LAB}%f '
      __dklab_complete() {
        local -a found
        found=("${(@f)$(command dklab lab __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
        compadd -Q -V lab -a found
      }
      (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u -D }
      compdef __dklab_complete lab 2>/dev/null
      trap '__dklab_code=$? __dklab_pipes="$pipestatus"
        [[ -z $__dklab_armed ]] || (( $#funcstack || ZSH_SUBSHELL )) ||
          __dklab_debug "$__dklab_code" "$__dklab_pipes" "$ZSH_DEBUG_CMD"' DEBUG

      """#
}
