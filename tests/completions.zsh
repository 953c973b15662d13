# SPDX-License-Identifier: MIT
# What zsh offers for a command line: completions.zsh FOLDER LINE. One word a line.
# Completion only works in a line editor, so a second zsh runs in a terminal of its own; there every
# word that a completion function adds is also printed, between marks.
zmodload zsh/zpty
zpty -b inner zsh -f -i
setup() { zpty -w inner "$1" }
setup "PS1= PS2= RPS1=; unsetopt zle_bracketed_paste prompt_cr prompt_sp; stty -echo"
setup "fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
setup 'compadd() {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)* ]]; then builtin compadd "$@"; return; fi
  local -a offered
  builtin compadd -O offered "$@"
  local word
  for word in $offered; do print -r -- "<$word>" >&2; done
  builtin compadd "$@"
}'
setup 'ask() { zle complete-word; print -r -- "<<""end>>" >&2; BUFFER=""; zle accept-line }'
setup "zle -N ask; bindkey '^X' ask; setopt no_list_beep; zstyle ':completion:*' menu no; LISTMAX=10000; print '<<''ready>>'"
zpty -r -m inner answer '*<<ready>>*'
zpty -n -w inner "$2"$'\C-x'
zpty -r -m inner answer '*<<end>>*'
print -r -- $answer | tr -d '\r' | sed -n 's/^.*<\([^<>][^>]*\)>$/\1/p' | sed 's/=$//' | sort -u
zpty -d inner
