import { quotedPaths, type Offer, type Place } from './places.js';

/**
 * For bash: defines `_plimsoll` and binds it. Where neither an option nor a command can stand, bash offers files.
 * Names of commands, options and choices are the program's own: none needs quoting.
 */
export function bashScript(places: readonly Place[]): string {
  return `# bash completion for plimsoll:  source <(plimsoll completion bash)
_plimsoll() {
  local at= word
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${at:+$at }$word" in ${quotedPaths(places).join('|')}) at="\${at:+$at }$word" ;; esac
  done
  local words= options= choices=
  case "$at" in
${places.map(placeCase).join('\n')}
  esac
  if [[ -n $choices ]]; then words=$choices; elif [[ $2 == -* ]]; then words=$options; fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}
complete -o default -F _plimsoll plimsoll
`;
}

function placeCase({ path, words, options }: Place): string {
  const joined = (offers: readonly Offer[]): string => offers.map(({ word }) => word).join(' ');
  const choices = options.flatMap(({ word, choices }) =>
    choices.length > 0 ? [`${word}) choices='${choices.join(' ')}' ;;`] : [],
  );
  const lines = [`words='${joined(words)}'`, `options='${joined(options)}'`];
  if (choices.length > 0) lines.push(`case "$3" in ${choices.join(' ')} esac`);
  return `    '${path.join(' ')}')\n${lines.map((line) => `      ${line}`).join('\n')} ;;`;
}
