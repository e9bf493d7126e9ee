import type { ProcessActivity } from '@plimsoll/contracts';

import { pathTemplate } from './path-template.js';
import { plainCalls } from './plain-words.js';

type Mark = NonNullable<ProcessActivity['marks']>[number];

const MAX_TEXT = 4_096;
const MAX_SHAPE = 512;
const MAX_COMMANDS = 16;
const MAX_NAMES = 32;
const SHELL = /^(?:ba|da|a|z|k|mk|c|tc)?sh$/;
/**
 * Programs that take names of files and do something with what is in them, or texts and say them: no argument is run, or
 * says where to write but as an option does. Others (shells, interpreters, clients of databases, converters with languages of their own) are not
 * known to.
 */
const TAKES_NAMES =
  /^(?:file|stat|ls|du|wc|cksum|b2sum|md5sum|sha\d*sum|cat|head|tail|cp|mv|rm|mkdir|touch|chmod|chown|gzip|gunzip|bzip2|xz|unzip|pdfinfo|pdftotext|exiftool|jpegoptim|optipng|ffprobe|clamscan|clamdscan|echo|printf|logger|basename|dirname|true)$/;
const INTERPRETER = /^(?:python|perl|ruby|php|node|lua|awk|gawk|mawk|tclsh|gdb)[\d.]*$/;

/** What a program was called with. */
export interface CommandShape {
  readonly shape: string;
  /** Programs that a shell's command names. */
  readonly commands: readonly string[];
  readonly marks: readonly Mark[];
  /** A shell's command, or the arguments put together. */
  readonly text: string;
  /** The arguments of programs that take names, each as they got it; undefined where another is called, or more is done than calls. */
  readonly names: readonly string[] | undefined;
}

const MARKS: readonly (readonly [Mark, RegExp])[] = [
  ['pipe-to-shell', /\|\s*(?:\S*\/)?(?:ba|da|z|k)?sh\b|\|\s*(?:\S*\/)?(?:python|perl|ruby|php|node)[\d.]*\b/],
  ['network-device', /\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat)\b[^|;]*\s-\w*[ec]/],
  ['decoded-text', /\bbase64\s+(?:-d|--decode)|\bxxd\s+-r|\\x[0-9a-f]{2}\\x/i],
  [
    'sensitive-path',
    /\/etc\/(?:passwd|g?shadow|sudoers|hosts|crontab)|\/proc\/|\.ssh\/|\/root\b|\/run\/secrets|\benviron\b/,
  ],
  ['substitution', /\$\(|`|<\(|\$\{IFS/],
  ['chained', /;|\|\||&&|\n|(?<![>&\d])&(?!&|>|\d)/],
  ['redirect', /(?<![0-9&])>{1,2}(?!&)\s*[^\s&|;]/],
];

/** The last part of a program's path. */
function programName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Arguments as shapes, and what a shell's command says. Looks at the first 4,096 characters. */
export function commandShape(program: string, argv: readonly string[]): CommandShape {
  const name = programName(program);
  const shell = SHELL.test(name);
  const at = shell ? argv.findIndex((arg, i) => i > 0 && /^-\w*c$/.test(arg)) : -1;
  const command = at > 0 ? argv[at + 1] : undefined;
  if (command !== undefined) {
    const text = command.slice(0, MAX_TEXT);
    const { shape, commands } = shellShape(text);
    return {
      shape: `-c ${shape}`.slice(0, MAX_SHAPE),
      commands,
      marks: marksOf(text),
      text,
      names: namesOf(plainCalls(text) ?? []),
    };
  }
  const rest = argv.slice(1);
  const inline = INTERPRETER.test(name) && rest.some((arg) => /^-(?:c|e|r|-eval)$/.test(arg));
  const text = rest.join(' ').slice(0, MAX_TEXT);
  const shape = rest.slice(0, 32).map(argumentShape).join(' ').slice(0, MAX_SHAPE);
  const sensitive = marksOf(text).filter((mark) => mark === 'sensitive-path');
  const names = namesOf([[name, ...rest]]);
  return { shape, commands: [], marks: inline ? ['inline-code', ...sensitive] : sensitive, text, names };
}

/** What one program says or copies, another might run: all of them take names, or none counts. */
function namesOf(calls: readonly (readonly string[])[]): readonly string[] | undefined {
  if (!calls.every(([program = '']) => TAKES_NAMES.test(programName(program)))) return undefined;
  const names = calls.flatMap(([, ...rest]) => rest);
  return names.length > 0 ? names.slice(0, MAX_NAMES) : undefined;
}

function marksOf(text: string): Mark[] {
  return MARKS.flatMap(([mark, form]) => (form.test(text) ? [mark] : []));
}

/** An option by its name, a path by its folder and ending, anything else by what it is made of. */
function argumentShape(argument: string): string {
  // Behind one letter the value may stand: `-psecret`.
  if (/^-[a-zA-Z]./.test(argument)) return `${argument.slice(0, 2)}…`;
  const option = /^(-{1,2}[a-zA-Z][\w-]{0,32})(=?)/.exec(argument);
  if (option) return `${option[1]!.replace(/\d+/g, '#')}${option[2] === '=' ? '=…' : ''}`;
  if (/^[-+]?[\d.:]+\w?$/.test(argument)) return '#';
  const path = /^(\/[\w.@/-]*\/|\.{0,2}\/)?([\w.@+-]*)$/.exec(argument);
  if (path?.[1] !== undefined) return `${pathTemplate(path[1])}…`;
  if (path !== null) return 'word';
  return /\s/.test(argument) ? 'text' : 'value';
}

/** The words of a command by what they are, its operators as they stand; a program stands at the begin of each part. */
function shellShape(text: string): { shape: string; commands: string[] } {
  const commands: string[] = [];
  const parts: string[] = [];
  let begins = true;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|\$\(|[;|&()`\n<>]+|[^\s;|&()`<>"']+|["']/g)) {
    if (/^(?:\$\(|[;|&()`\n<>]+)$/.test(token)) {
      parts.push(token.replace(/\n/g, '\\n'));
      begins = !/^[<>]+&?$/.test(token);
    } else if (begins && /^\w+=/.test(token)) {
      parts.push('name=…');
    } else if (begins) {
      const program = programName(token.replace(/^["']|["']$/g, '')).slice(0, 64);
      if (program !== '' && commands.length < MAX_COMMANDS) commands.push(program);
      parts.push(pathTemplate(program));
      begins = false;
    } else {
      parts.push(argumentShape(token.replace(/^["']|["']$/g, '')));
    }
    if (parts.length > 64) break;
  }
  return { shape: parts.join(' '), commands };
}
