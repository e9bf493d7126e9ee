import { act, type Act } from './act.js';

/** Files that an attacker asks for and an application's users never do. */
const SENSITIVE =
  /(?:^|\/)(?:etc\/+(?:\.\/+)*(?:passwd|shadow|group|hosts|hostname|issue|crontab|sudoers|my\.cnf|mysql\/|nginx\/|apache2?\/|httpd\/|ssh\/|ssl\/)|proc\/+(?:self|version|cmdline|cpuinfo|\d+)\b|windows\/+(?:win\.ini|system\.ini|system32|repair|debug)|winnt\/|boot\.ini|win\.ini|web-inf\/|meta-inf\/|wp-config\.php|web\.config|global\.asa|\.ssh\/|id_rsa|id_ed25519|authorized_keys|\.htpasswd|\.htaccess|\.bash_history|\.git\/|\.svn\/|\.aws\/|\.env(?:$|[^\w])|var\/+log\/|usr\/+local\/+(?:etc|apache)|manager\/html|access[._]log|error[._]log|autoexec\.bat|php\.ini|database\.yml|settings\.py)/i;
/** Schemes by which a file's name reaches what is no file, or any file. */
const WRAPPER =
  /^\s{0,4}(?:file|php|zip|phar|expect|glob|jar|netdoc|compress\.zlib|compress\.bzip2|ogg|rar|ssh2|view-source|local_file):\/{1,3}/i;
/** Each by itself: of `../../`, the second begins behind the slash that ends the first. */
const UP = /(?<=^|\/)\.\.\//g;
const MAX_UPS = 64;

/** `hidden`: an encoding beyond the one that its place asks for was undone. */
export function readAsPath(text: string, hidden: boolean): Act | undefined {
  if (!/\.\.|\/|\\|:/.test(text)) return undefined;
  const path = straightened(text);
  const ups = (path.match(UP) ?? []).slice(0, MAX_UPS).length;
  const tricked = /\.\.;\/|\.{3,}[/\\]{2}|\.{3}[/\\]\.[/\\]|\.\.[\xc0\xc1]|%c0%af/i.test(text);
  const cut = /\0/.test(text) && /[/\\.]/.test(text);
  const sensitive = SENSITIVE.test(path);
  const prose = /\s/.test(path.trim());
  if (WRAPPER.test(text)) return act('traversal', prose ? 2 : 3, 'scheme of a file');
  if (ups > 0 && (sensitive || tricked || cut))
    return act('traversal', 3, `${ups > 1 ? '../ …' : '../'} ${sensitive ? 'sensitive file' : 'disguised'}`);
  if (tricked && /\/|\\/.test(text)) return act('traversal', 3, 'disguised parent folder');
  if (ups >= 3 && !prose) return act('traversal', 3, '../ …');
  if (ups > 0 && hidden && !prose) return act('traversal', 3, 'encoded ../');
  if (sensitive && /^(?:[a-z]:)?\//i.test(path.trim()) && !prose)
    return act(
      'traversal',
      /^(?:[a-z]:)?\/+(?:etc|proc|windows|winnt|boot\.ini|root)/i.test(path.trim()) ? 3 : 2,
      'sensitive file',
    );
  if (ups >= 2 && !prose) return act('traversal', 2, '../ …');
  if (sensitive && /\//.test(path)) return act('traversal', 1, 'sensitive file');
  return ups > 0 ? act('traversal', 1, '../') : undefined;
}

/** Backslashes as slashes, and what filters leave of doubled or dressed-up parents. */
function straightened(text: string): string {
  return text
    .replaceAll('\\', '/')
    .replaceAll('..;/', '../')
    .replace(/\.{3,}\/{2,}|\.{3}\/\.\//g, '../')
    .replace(/[\xc0\xc1]\xaf/g, '/')
    .replace(/\/{2,}/g, '/')
    .replaceAll('\0', '');
}
