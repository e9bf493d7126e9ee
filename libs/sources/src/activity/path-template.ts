import type { ProcessActivity } from '@plimsoll/contracts';

type FileClass = NonNullable<ProcessActivity['file']>['class'];

const MAX_PATH = 256;
const SECRET =
  /^\/etc\/(?:g?shadow|sudoers)|(?:^|\/)(?:\.ssh|\.aws|\.kube|\.gnupg|\.docker)\/|(?:^|\/)(?:id_(?:rsa|ed25519|ecdsa|dsa)|\.env(?:\.[\w-]+)?|\.pgpass|\.my\.cnf|\.netrc|\.git-credentials|\.htpasswd|credentials|wp-config\.php)$|^\/(?:var\/)?run\/secrets\/|^\/proc\/[^/]+\/(?:environ|mem)$|\.(?:pem|key|p12|pfx|kdbx)$/;
/** What every program reads as it starts. */
const ROUTINE =
  /^\/(?:usr\/)?lib(?:32|64|exec)?\/|^\/usr\/(?:local\/lib|share)\/|\.so(?:\.[\d.]+)?$|^\/etc\/(?:ld\.so\.|localtime$|timezone$|nsswitch\.conf$|host\.conf$|gai\.conf$|resolv\.conf$|locale|ssl\/(?:certs|openssl)|protocols$|services$)|^\/proc\/(?:self|thread-self|\d+)\/(?:maps|stat|statm|status|cgroup|mountinfo|mounts|fd|task|oom_score_adj)|^\/proc\/(?:filesystems|stat|meminfo|cpuinfo|loadavg|mounts|sys\/)|^\/sys\/(?:devices\/system|fs\/cgroup|kernel\/mm)|^\/dev\/(?:null|zero|u?random|tty|pts|stdin|stdout|stderr|fd)|\/(?:node_modules|site-packages|dist-packages|vendor|__pycache__|gems)\//;
const SYSTEM =
  /^\/(?:etc|proc|sys|boot|root|dev|bin|sbin|usr\/s?bin|var\/(?:log|spool|lib\/(?:docker|kubelet)))(?:\/|$)/;
const CODE = /\.(?:php\d?|phtml|phar|jspx?|war|aspx?|ashx|py|rb|pl|cgi|[cm]?js|tsx?|ejs|sh|so)$/i;
const UPLOADS = /(?:^|\/)(?:uploads?|attachments?|media|files|avatars?|user[-_]?content)(?:\/|$)/i;
const TEMPORARY = /^\/(?:tmp|var\/tmp|dev\/shm|run|var\/run)\/|\/(?:te?mp|cache|sessions?)\//i;

/** A path without what differs from run to run: numbers, and long names with digits in them. */
export function pathTemplate(path: string): string {
  return path
    .slice(0, 1_024)
    .replace(/[\w-]{16,}/g, (run) => ((run.match(/\d/g) ?? []).length > 2 ? '*' : run))
    .replace(/\d+/g, '#')
    .slice(0, MAX_PATH);
}

/** `.` and `..` resolved as far as the path itself tells. */
export function straightPath(path: string): string {
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path;
  const rooted = path.startsWith('/');
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part === '..' ? !rooted : part !== '.' && part !== '') parts.push(part);
  }
  return `${rooted ? '/' : ''}${parts.join('/')}`;
}

/** What the file is, or undefined where it is one of the many that tell nothing: libraries, and code that is read. */
export function fileClass(path: string, writes: boolean): FileClass | undefined {
  if (SECRET.test(path) && !/^\/(?:etc\/ssl\/certs|usr\/share)\//.test(path)) return 'secret';
  if (ROUTINE.test(path)) return undefined;
  const apart = UPLOADS.test(path) || /^\/(?:tmp|var\/tmp|dev\/shm)\//.test(path);
  if (CODE.test(path) && !SYSTEM.test(path)) return writes || apart ? 'code' : undefined;
  if (SYSTEM.test(path)) return 'system';
  if (UPLOADS.test(path)) return 'uploads';
  return TEMPORARY.test(path) ? 'temporary' : 'data';
}

/** The file's template: of secrets and of the system's files the name, of others folder and ending. */
export function fileTemplate(path: string, of: FileClass): string {
  if (of === 'secret' || of === 'system') return pathTemplate(path);
  const slash = path.lastIndexOf('/');
  const ending = /\.[a-zA-Z]\w{0,7}$/.exec(path.slice(slash + 1))?.[0] ?? '';
  return `${pathTemplate(path.slice(0, slash + 1))}*${ending.toLowerCase()}`.slice(-MAX_PATH);
}
