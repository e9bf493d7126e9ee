import { quotedPaths, type Offer, type Place } from './places.js';

/** For zsh: sourced after `compinit`, or put as `_plimsoll` into a folder of `fpath`. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef plimsoll
# zsh completion for plimsoll:  source <(plimsoll completion zsh)
_plimsoll() {
  local at= word
  local -a offers options choices
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "\${at:+$at }$word" in (${quotedPaths(places).join('|')}) at="\${at:+$at }$word" ;; esac
  done
  case $at in
${places.map(placeCase).join('\n')}
  esac
  if (( $#choices )); then compadd -a choices
  elif [[ $words[CURRENT] == -* ]]; then _describe -o option options
  elif (( $#offers )); then _describe command offers
  else _files
  fi
}
if [[ $funcstack[1] == _plimsoll ]]; then _plimsoll "$@"; else compdef _plimsoll plimsoll; fi
`;
}

function placeCase({ path, words, options }: Place): string {
  const choices = options.flatMap(({ word, choices }) =>
    choices.length > 0 ? [`(${word}) choices=(${choices.join(' ')}) ;;`] : [],
  );
  const lines = [`offers=(${words.map(described).join(' ')})`, `options=(${options.map(described).join(' ')})`];
  if (choices.length > 0) lines.push(`case $words[CURRENT-1] in ${choices.join(' ')} esac`);
  return `    ('${path.join(' ')}')\n${lines.map((line) => `      ${line}`).join('\n')} ;;`;
}

/** `_describe` takes what stands before a colon as the word. */
function described({ word, description }: Offer): string {
  return `'${word}:${description.replaceAll(':', '\\:').replaceAll("'", "'\\''")}'`;
}
