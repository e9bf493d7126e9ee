import { quotedPaths, type OptionOffer, type Place } from './places.js';

/** For fish: sourced, or put as `plimsoll.fish` into `~/.config/fish/completions`. */
export function fishScript(places: readonly Place[]): string {
  return `# fish completion for plimsoll:  plimsoll completion fish | source
function __plimsoll_at --description 'whether the command line stands at this command'
    set -l at
    for word in (commandline -opc)[2..]
        contains -- (string join -- ' ' $at $word) ${quotedPaths(places).join(' ')}; and set -a at $word
    end
    test "$at" = "$argv"
end
${places.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, words, options }: Place): string[] {
  const here = `complete -c plimsoll -n ${quoted(`__plimsoll_at ${path.join(' ')}`.trim())}`;
  return [
    ...words.map(({ word, description }) => `${here} -f -a ${word} -d ${quoted(description)}`),
    ...options.map((option) => `${here} ${optionWords(option)}`),
  ];
}

function optionWords({ word, description, takesValue, choices }: OptionOffer): string {
  const value = choices.length > 0 ? `-x -a ${quoted(choices.join(' '))}` : takesValue ? '-r' : '';
  return [`-l ${word.replace(/^--/, '')}`, value, `-d ${quoted(description)}`].filter((part) => part !== '').join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
