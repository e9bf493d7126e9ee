import { act, type Act } from './act.js';

/** A sum between the marks of a template: who asks for `7*7` wants to see whether it is computed. */
const SUM = /^\s{0,4}['"]?\d{1,12}['"]?\s{0,4}[*+/-]\s{0,4}['"]?\d{1,12}/;
const REACHES =
  /__\w{1,32}__|constructor|\bgetRuntime\b|java\.lang|\bT\(|@java|\bexec\b|\bpopen\b|\bsystem\(|\bprocess\b|\brequire\(|_self\b|\bcycler\b|\blipsum\b|\bself\.|\brequest\.(?:application|environ|args|attr)|\bconfig\b|\|\s{0,4}attr|\bclass\.|\bgetClass\b|\balert\s{0,4}[(`]|\bprompt\s{0,4}[(`]|\bfetch\s{0,4}[(`]|\beval\s{0,4}[(`]|\bdocument\b|jndi:|\|\s{0,4}(?:map|sort|reduce|find)\s{0,4}\(\s{0,4}['"]|\b(?:File|Dir|IO|Kernel|Process)\.\w|lower:|upper:|env:|sys:|::-|script:|dns:|\bdump\(|settings\.|\brange\.|\b7\s?\*\s?7\b|filter\(/i;
const OPENERS = ['{{', '${', '#{', '*{', '@(', '<%', '{%', '%{', '[[${', '~{'] as const;
const MAX_PLACES = 16;
const MAX_INSIDE = 256;

/** Program text that some runtime executes wherever it is put. */
const CODE: readonly (readonly [pattern: RegExp, shown: string])[] = [
  [/<\?(?:php\b|=)[\s\S]{0,64}?[($`]/i, 'php'],
  [/<\?php\s{0,8}[\w"']/i, 'php'],
  [/\{\/?php\}/i, 'php block'],
  [/<!--\s{0,4}#\s{0,4}(?:exec|include|echo|printenv|set|config)\b/i, 'server-side include'],
  [/__import__\s{0,4}\(|\bos\.(?:system|popen)\s{0,4}\(|\bsubprocess\.\w{1,16}\s{0,4}\(/, 'python'],
  [/\brequire\s{0,4}\(\s{0,4}['"](?:node:)?(?:child_process|fs|vm|os)['"]/, 'node'],
  [/\bRuntime\.getRuntime\s{0,4}\(|\bjava\.lang\.(?:Runtime|ProcessBuilder)\b|\bnew\s{1,4}ProcessBuilder\b/, 'java'],
  [/#set\s{0,4}\(\s{0,4}\$\w{1,32}\s{0,4}=/, 'velocity'],
  [/<#assign\b|freemarker\.template/i, 'freemarker'],
  [/^[OCa]:\d{1,6}:(?:"|\{)/, 'php object'],
  [/^rO0AB[A-Za-z0-9+/]/, 'java object'],
  [/^AAEAAAD\/{4}/, '.net object'],
  [/_\$\$ND_FUNC\$\$_/, 'node object'],
  [/!!(?:python\/\w|javax?\.\w|com\.sun\.)|!ruby\/(?:object|hash|struct|class)\b/, 'yaml object'],
  [/^c(?:os|posix|nt|subprocess|builtins|__builtin__)\n\w{1,32}\n/, 'python object'],
];
/** How base64 of an object of Python begins: its mark, and the number of its protocol, 2 to 5. */
const PICKLED = /^gA[I-X][\w+/-]{8,16384}={0,2}$/;
/** Calls of programs that are usual in recipes of code, and no text of one line begins with. */
const CALL =
  /^[\s;'"){}.|&]{0,8}(?:print\s{0,4}\(\s{0,4})?(?:system|passthru|shell_exec|exec|popen|proc_open|assert|eval|phpinfo|call_user_func|file_get_contents|include|require|create_function|var_dump)\s{0,4}\(\s{0,4}(?:['"`$)]|\w{1,24}\()/;
const CALL_INSIDE = /[;'")}]\s{0,4}(?:system|passthru|shell_exec|popen|proc_open|phpinfo|eval)\s{0,4}\(\s{0,4}['"`$)]/;

/** What a program of PHP takes from a request, or starts, opens or reads: without any of it nothing of it serves an attacker. */
const PHP_ACTS =
  /\$_?\{?_?(?:GET|POST|REQUEST|COOKIE|FILES|SERVER|SESSION|ENV)\b|\b(?:system|exec|passthru|shell_exec|popen|proc_open|pcntl_exec|eval|assert|base64_decode|str_rot13|gzinflate|fopen|fwrite|file|readfile|file_get_contents|file_put_contents|copy|unlink|include|require|include_once|require_once|create_function|call_user_func|call_user_func_array|array_map|usort|preg_replace|phpinfo|mail|curl_exec|fsockopen|opendir|scandir|glob|unserialize|getenv|header|die|chr)\b|[`$]\w{0,32}\s{0,4}\(|`/i;
const WORD = /(?<![\p{L}\p{N}_$>])\p{L}{2,24}(?![\p{L}\p{N}_(=])/gu;
const LEAST_WORDS = 4;

/** PHP that somebody writes about: words stand around it, and it does nothing but show. */
function isToldPhp(text: string): boolean {
  const around = text.slice(0, 8192).replace(/<\?[\s\S]{0,4096}?(?:\?>|$)/g, ' ');
  return (around.match(WORD) ?? []).length >= LEAST_WORDS && !PHP_ACTS.test(text);
}

/** Expressions of template engines and program text of server languages: `{{7*7}}`, `${jndi:…}`, `<?php …`. */
export function readAsTemplate(text: string): Act | undefined {
  let best = /[({<$:!\n]|^rO0|^AAEAAAD|^gA/.test(text) ? readAsCode(text) : undefined;
  let places = 0;
  for (const opener of OPENERS) {
    let at = text.indexOf(opener);
    while (at !== -1 && places++ < MAX_PLACES) {
      const found = inside(text, at + opener.length, opener);
      if (found !== undefined && found.grade > (best?.grade ?? 0)) best = found;
      if (best?.grade === 3) return best;
      at = text.indexOf(opener, at + opener.length);
    }
  }
  return best;
}

function inside(text: string, from: number, opener: string): Act | undefined {
  const rest = text.slice(from, from + MAX_INSIDE).replace(/^[=#\-\s]{1,4}/, '');
  const closes = rest.search(/[})]|%>/) !== -1;
  if (!closes) return undefined;
  if (SUM.test(rest)) return act('template', opener === '@(' ? 2 : 3, `${opener} sum`);
  if (opener === '@(') return undefined;
  const end = rest.search(opener === '<%' || opener === '{%' ? /%[>}]/ : opener === '{{' ? /\}\}/ : /\}/);
  // `${${lower:j}ndi:…}`: what stands beyond the first brace belongs to it.
  const within = rest.slice(0, rest.startsWith('${') || end === -1 ? MAX_INSIDE : end);
  if (REACHES.test(within)) return act('template', 3, `${opener} reaches the runtime`);
  if (/^\s{0,4}['"(]/.test(within) && /['")]\s{0,4}[.*[|]/.test(within))
    return act('template', 3, `${opener} expression`);
  return act('template', /[()]/.test(within) ? 2 : 1, opener);
}

function readAsCode(text: string): Act | undefined {
  for (const [pattern, shown] of CODE)
    if (pattern.test(text)) return act('code', shown === 'php' && isToldPhp(text) ? 2 : 3, shown);
  if (PICKLED.test(text) && isPickle(Buffer.from(text, 'base64'))) return act('code', 3, 'python object');
  if (CALL.test(text)) return act('code', /^\s{0,8}\w/.test(text) ? 2 : 3, 'call of a program');
  return CALL_INSIDE.test(text) ? act('code', 2, 'call of a program') : undefined;
}

/** Whether it is an object that names what it is made by, and calls it: data alone does neither. */
function isPickle(bytes: Buffer): boolean {
  const [mark, protocol = 0] = bytes;
  const names = bytes.includes('\x93', 2, 'latin1') || /c[\w.]+\n[\w.]+\n/.test(bytes.toString('latin1'));
  return mark === 0x80 && protocol >= 2 && protocol <= 5 && bytes.at(-1) === 46 && names && bytes.includes('R', 2);
}
