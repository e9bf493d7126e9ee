import { act, type Act } from './act.js';
import { hasOverlong, withoutOverlong } from './value-decoding.js';

/** Files that an attacker asks for and an application's users never do. */
const SENSITIVE =
  /(?:^|\/)(?:etc\/+(?:\.\/+)*(?:passwd|shadow|group|hosts|hostname|issue|crontab|sudoers|my\.cnf|mysql\/|nginx\/|apache2?\/|httpd\/|ssh\/|ssl\/)|proc\/+(?:self|version|cmdline|cpuinfo|\d+)\b|windows\/+(?:win\.ini|system\.ini|system32|repair|debug)|winnt\/|boot\.ini|win\.ini|web-inf\/|meta-inf\/|wp-config\.php|web\.config|global\.asa|\.ssh\/|id_rsa|id_ed25519|authorized_keys|\.htpasswd|\.htaccess|\.bash_history|\.git\/|\.svn\/|\.aws\/|\.env(?:$|[^\w])|var\/+log\/|usr\/+local\/+(?:etc|apache)|manager\/html|access[._]log|error[._]log|autoexec\.bat|php\.ini|database\.yml|settings\.py)/i;
/** Schemes by which a file's name reaches what is no file, or any file. */
const WRAPPER =
  /^\s{0,4}(?:file|php|zip|phar|expect|glob|jar|netdoc|compress\.zlib|compress\.bzip2|ogg|rar|ssh2|view-source|local_file):\/{1,3}/i;
/** The first folder with two dots at its end, as a server looks for it that puts a folder's name before the rest (nginx's `alias`). */
const ALIASED = /^\/[\w-]{1,64}\.\.\//;
/** A value that is a path and nothing else: no blank, no quotation, nothing of a program around it. */
const BARE = /^[^\s"'`<>(){}|]+$/;
/** A parent folder dressed up for a server or a filter, whatever stands around it. */
const DRESSED = /\.\.;\/|\.{3,}[/\\]{2}|\.{3}[/\\]\.[/\\]|\.\.[\xc0\xc1]|%c0%af/i;
/** What follows an empty segment begins anew for some servers; `https://etc/` names a host. */
const BEGINS_ANEW = /(?<![:/])\/{2,}(?:etc|proc|windows|winnt|root)\//i;
/** Where a server's system keeps what is its own (Filesystem Hierarchy Standard 3.0), but for names that pages have too. */
const OF_SYSTEM = /^\/(?:bin|boot|etc|opt|proc|root|sbin|srv|sys|usr|var)\/[\w.-]/;
const MAX_SEGMENTS = 256;

/** `hidden`: an encoding beyond the one that its place asks for was undone. */
export function readAsPath(text: string, hidden: boolean): Act | undefined {
  if (!/\.\.|[/\\:\0\xc0\xc1]/.test(text)) return undefined;
  const path = straightened(text);
  const { ups, out } = climbOf(path);
  const tricked = DRESSED.test(text);
  const disguised = tricked || hasOverlong(text) || (/\0/.test(text) && /[/\\.]/.test(text));
  const sensitive = SENSITIVE.test(path);
  const rooted = /^(?:[a-z]:)?\//i.test(path.trim());
  const prose = /\s/.test(path.trim());
  if (WRAPPER.test(text)) return act('traversal', prose ? 2 : 3, 'scheme of a file');
  if (ups > 0 && (sensitive || disguised))
    return act('traversal', 3, `${ups > 1 ? '../ …' : '../'} ${sensitive ? 'sensitive file' : 'disguised'}`);
  if (tricked && /\/|\\/.test(text)) return act('traversal', 3, 'disguised parent folder');
  if (ups >= 3 && !prose) return act('traversal', 3, '../ …');
  if (ups > 0 && hidden && !prose) return act('traversal', 3, 'encoded ../');
  if (isCutShort(text)) return act('traversal', 3, 'name cut short');
  if (sensitive && !prose && (rooted || BEGINS_ANEW.test(text)))
    return act('traversal', isSystems(path) || BEGINS_ANEW.test(text) ? 3 : 2, 'sensitive file');
  if (!prose && ALIASED.test(path)) return act('traversal', 2, 'name../');
  if (out > 0 && BARE.test(path.trim()))
    return rooted ? act('traversal', 3, '../ above the root') : act('traversal', 2, out > 1 ? '../ …' : '../');
  if (ups >= 2 && !prose) return act('traversal', 2, '../ …');
  if (sensitive && /\//.test(path)) return act('traversal', 1, 'sensitive file');
  if (ups === 0 && BARE.test(path) && OF_SYSTEM.test(path)) return act('traversal', 1, 'folder of a system');
  return ups > 0 ? act('traversal', 1, '../') : undefined;
}

/** Whether a text holds a parent folder in any dress, or a folder of the system behind an empty segment. */
export function isClimbing(text: string): boolean {
  const path = straightened(text);
  return climbOf(path).ups > 0 || DRESSED.test(text) || ALIASED.test(path) || BEGINS_ANEW.test(text);
}

/** How often it goes up, and how far above where it began it gets. */
function climbOf(path: string): { readonly ups: number; readonly out: number } {
  if (!path.includes('..')) return { ups: 0, out: 0 };
  let [ups, depth, out] = [0, 0, 0];
  for (const segment of path.trim().split('/', MAX_SEGMENTS)) {
    if (segment === '..') {
      ups++;
      depth--;
    } else if (segment !== '' && segment !== '.') depth++;
    out = Math.max(out, -depth);
  }
  return { ups, out };
}

/** `config.php` NUL `.png`: one program looks at the ending, the other stops before it. */
function isCutShort(text: string): boolean {
  return /^[\w./\\ -]{1,256}\0[\w.]{1,16}$/.test(text);
}

function isSystems(path: string): boolean {
  return /^(?:[a-z]:)?\/+(?:etc|proc|windows|winnt|boot\.ini|root)/i.test(path.trim());
}

/** Backslashes as slashes, and what filters leave of doubled or dressed-up parents. */
function straightened(text: string): string {
  return withoutOverlong(text)
    .replaceAll('\\', '/')
    .replaceAll('..;/', '../')
    .replace(/\.{3,}\/{2,}|\.{3}\/\.\//g, '../')
    .replace(/\/{2,}/g, '/')
    .replaceAll('\0', '');
}
