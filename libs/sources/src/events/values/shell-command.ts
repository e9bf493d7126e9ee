import { act, type Act } from './act.js';

/** Programs that an injected command calls, which are no English words. */
const PROGRAMS = new Set(
  (
    'id ls whoami uname pwd ps netstat ifconfig ipconfig ping ping6 nslookup dig curl wget nc ncat netcat telnet bash sh zsh ksh csh dash cmd ' +
    'powershell pwsh python python2 python3 perl ruby php node chmod chown rm mv cp mkdir env printenv awk sed grep egrep tac nl rev ' +
    'base64 xxd od tftp scp ssh socat crontab sudo su systeminfo tasklist certutil bitsadmin wmic reg rundll32 mshta hostname ln tee xargs ' +
    'printf busybox lua gcc nohup eval ifs dir getent lsof mount wc df du stat uniq readlink realpath md5sum sha1sum sha256sum ss arp iptables ' +
    'dmesg lsblk lscpu pgrep pkill killall useradd passwd apt-get dpkg rpm gzip gunzip tar unzip rsync openssl mysql mysqldump psql sqlite3 ' +
    'redis-cli docker kubectl systemctl journalctl'
  ).split(' '),
);
/** Programs whose names people write: they need an argument that is one. */
const WORDLIKE = new Set(
  'cat more less head tail sleep echo type find sort kill who w time date host net set ver copy del cut touch file strings read exec source'.split(
    ' ',
  ),
);
/** What only a command line holds. */
const TELLING =
  /\/etc\/|\/dev\/tcp\/|\/proc\/|\$\{?IFS|\s-e\s*\/bin\/|\/bin\/\S|>&\s*\d?|base64\s+-d|\|\s*(?:ba|z|da)?sh\b|c:\\|win\.ini|system32|https?:\/\/|ftp:\/\/|\s-enc\b/i;
const MAX_PLACES = 48;
const MAX_COMMAND = 160;

/**
 * A further command behind a separator, a line end, or in a substitution: `; id`, `$(curl …)`, and a call of the shell
 * through what it takes out or fills in (`c'a't`, `${IFS}`, `/b?n/`). Recipes of commands in prose get the middle grade.
 */
export function readAsCommand(text: string): Act | undefined {
  if (!/[;|&`\n]|\$\(|<\(|%0a/.test(text)) return undefined;
  if (/\(\)\s{0,4}\{\s{0,4}:\s{0,4};\s{0,4}\}\s{0,4};/.test(text)) return act('command', 3, 'function definition');
  let best: Act | undefined;
  let places = 0;
  for (let i = 0; i < text.length && places < MAX_PLACES; i++) {
    const length = separatorAt(text, i);
    if (length === 0) continue;
    places++;
    const found = commandAfter(text, i, length);
    if (found !== undefined && found.grade > (best?.grade ?? 0)) best = found;
    if (best?.grade === 3) break;
    i += length - 1;
  }
  return best;
}

function separatorAt(text: string, at: number): number {
  const sign = text[at];
  if (sign === ';' || sign === '\n' || sign === '`') return 1;
  if (sign === '|' || sign === '&') return text[at + 1] === sign ? 2 : 1;
  return (sign === '$' || sign === '<') && text[at + 1] === '(' ? 2 : 0;
}

function commandAfter(text: string, at: number, length: number): Act | undefined {
  const separator = text.slice(at, at + length);
  const rest = plain(text.slice(at + length, at + length + MAX_COMMAND));
  const match =
    /^[\s;|&("']{0,8}((?:\/[\w.?*[\]-]{0,16}){0,6}\/)?([a-zA-Z?][\w.?*[\]-]{0,24})(?:\.exe\b)?([\s\S]*)/.exec(rest);
  if (!match) return undefined;
  const [, folder = '', word = '', after = ''] = match;
  const program = word.toLowerCase();
  const known = PROGRAMS.has(program);
  // `/cart?item=3` is an address, and `/cart?` may end a question.
  const wildcard =
    folder !== '' &&
    /[?*[]/.test(folder + word.replace(/\?$/, '')) &&
    !after.startsWith('=') &&
    (word[0] !== '?' || /^\/[^/]*\?/.test(folder));
  if (!known && !WORDLIKE.has(program) && !wildcard) return undefined;
  const shown = `${separator === '\n' ? 'line' : separator} ${known || WORDLIKE.has(program) ? program : 'wildcard'}`;
  const argument = argumentOf(program, after);
  const substitution = separator === '`' || (length === 2 && separator.endsWith('('));
  if (substitution && !closes(separator, after)) return undefined;
  const telling = TELLING.test(text.slice(at, at + MAX_COMMAND));
  if (telling && (known || argument || wildcard))
    return act('command', leads(text, at) || (separator !== '\n' && !isTold(text, at)) ? 3 : 2, shown);
  if (wildcard || (folder !== '' && known)) return act('command', 3, shown);
  if (!known && !argument) return undefined;
  // `; id` at the end of one word is a command; `; id please` is not.
  const ends = /^\s{0,4}(?:$|[;|&#)`'"\n])/.test(after);
  if (!ends && !argument && !(substitution && known)) return undefined;
  return act('command', leads(text, at) && (known || argument) ? 3 : 2, shown);
}

/** One word at most stands before: a host, a name, nothing. */
function leads(text: string, at: number): boolean {
  return at <= 256 && /^\s*\S*\s*$/.test(text.slice(0, at));
}

/** Three words and more stand before it: somebody tells of a command. */
function isTold(text: string, at: number): boolean {
  return (
    (text.slice(Math.max(at - 256, 0), at).match(/(?<![\p{L}\p{N}$/\\.=-])\p{L}{2,}(?=[\s,.:!?])/gu) ?? []).length >= 3
  );
}

function closes(separator: string, after: string): boolean {
  return after.includes(separator === '`' ? '`' : ')') || after.length >= MAX_COMMAND - 32;
}

function argumentOf(program: string, after: string): boolean {
  if (program === 'sleep') return /^\s+\d+(?:\.\d+)?\s*(?:$|[;|&#)`'"\n])/.test(after);
  if (/^\s*<<<(?!<)\s*\S/.test(after)) return true;
  return /^\s+(?:-{1,2}\w|\/\w|\.\/|\.(?:\s|$)|~\/|\$|[\w.-]+\/[\w.-]|>|<)/.test(after);
}

/** What the shell makes of the words: quotes, backslashes and carets within them gone, `$IFS` a blank, `{cat,x}` two words. */
function plain(text: string): string {
  if (!/['"\\$@{^]/.test(text)) return text;
  return text
    .replace(/\$\{IFS[^}]{0,16}\}|\$IFS(?:\$\d)?/g, ' ')
    .replace(/\$[@*]|\$\{[@*]\}/g, '')
    .replace(/([\w/])(?:''|""|\\|['"](?=\w{1,3}['"]))/g, '$1')
    .replace(/(\w)['"^](?=\w)/g, '$1')
    .replace(/^\s*\{([\w./-]{1,32}),/, '$1 ');
}
