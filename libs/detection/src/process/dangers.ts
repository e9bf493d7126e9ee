import type { ProcessActivity } from '@plimsoll/contracts';

/** Probability under an attack and in benign use of an application of which nothing is known. */
export interface Danger {
  readonly attack: number;
  readonly benign: number;
}

const LOOKS = { attack: 0.3, benign: 3e-3 };
const FETCHES = { attack: 0.15, benign: 2e-3 };
const SHELLS = { attack: 0.5, benign: 3e-3 };
const REACHES = { attack: 0.1, benign: 1e-4 };

const BY_PROGRAM: ReadonlyMap<string, Danger> = new Map(
  (
    [
      [
        LOOKS,
        'id whoami uname hostname ifconfig ip netstat ss arp lsof ps w who last env printenv getent cat head tail ls pwd find',
      ],
      [FETCHES, 'curl wget ftp tftp scp ssh rsync base64 xxd chmod chown crontab useradd passwd su sudo dd mount'],
      [SHELLS, 'sh bash dash ash zsh ksh python python2 python3 perl ruby php lua busybox'],
      [
        REACHES,
        'nc ncat netcat socat telnet nmap gdb strace ptrace insmod nsenter unshare chroot kubectl docker xmrig',
      ],
    ] as const
  ).flatMap(([danger, names]) => names.split(' ').map((name) => [name, danger] as const)),
);

/** What a program's name says, with its version left out. */
export function dangerOfProgram(name: string): Danger | undefined {
  return BY_PROGRAM.get(name) ?? BY_PROGRAM.get(name.replace(/[\d.#]+$/, ''));
}

/** Programs that applications call to have something done: mail, images, documents, archives. */
export const HELPER =
  /^(?:sendmail|msmtp|mail|convert|magick|identify|mogrify|gs|ffmpeg|ffprobe|wkhtmltopdf|wkhtmltoimage|pdftotext|pdftoppm|soffice|libreoffice|tesseract|exiftool|jpegoptim|optipng|cwebp|git|tar|gzip|gunzip|zip|unzip|xz|logrotate|pg_dump|mysqldump|mariadb-dump)$/;

export const MARKS: Readonly<
  Record<NonNullable<ProcessActivity['marks']>[number], Danger & { readonly words: string }>
> = {
  chained: { attack: 0.5, benign: 0.03, words: 'several commands in one' },
  substitution: { attack: 0.2, benign: 0.02, words: 'a command within the command' },
  redirect: { attack: 0.2, benign: 0.05, words: 'output to a file' },
  'pipe-to-shell': { attack: 0.1, benign: 1e-4, words: 'output given to an interpreter' },
  'network-device': { attack: 0.1, benign: 1e-5, words: 'a connection made by the shell' },
  'decoded-text': { attack: 0.1, benign: 1e-3, words: 'text that is decoded first' },
  'sensitive-path': { attack: 0.3, benign: 5e-3, words: "a path of the system's" },
  'inline-code': { attack: 0.2, benign: 5e-3, words: 'code in its arguments' },
};

/** Benign probability that a workload makes the call; that it has not made it while it was learned counts on top. */
const CALLS: Readonly<Record<string, Danger>> = {
  ptrace: REACHES,
  process_vm_readv: REACHES,
  process_vm_writev: REACHES,
  bpf: REACHES,
  setns: REACHES,
  unshare: { attack: 0.1, benign: 1e-3 },
  mount: REACHES,
  umount2: REACHES,
  pivot_root: REACHES,
  open_by_handle_at: REACHES,
  init_module: { attack: 0.1, benign: 1e-5 },
  finit_module: { attack: 0.1, benign: 1e-5 },
  kexec_load: { attack: 0.1, benign: 1e-5 },
  userfaultfd: { attack: 0.05, benign: 1e-3 },
  keyctl: { attack: 0.05, benign: 1e-2 },
  memfd_create: { attack: 0.1, benign: 1e-2 },
  io_uring_setup: { attack: 0.05, benign: 2e-2 },
};

export function dangerOfCall(name: string): Danger {
  return CALLS[name] ?? { attack: 0.1, benign: 5e-2 };
}

export type FileClass = NonNullable<ProcessActivity['file']>['class'];

/** Probability that an attack reads, and that a benign program of its own accord reads, a file of the class that it never did. */
export const FILES: Readonly<Record<FileClass, Danger & { readonly words: string }>> = {
  secret: { attack: 0.2, benign: 1e-3, words: 'a secret' },
  system: { attack: 0.3, benign: 2e-2, words: "a file of the system's" },
  code: { attack: 0.2, benign: 1e-2, words: 'code outside the application' },
  uploads: { attack: 0.2, benign: 5e-2, words: 'an upload' },
  temporary: { attack: 0.2, benign: 0.1, words: 'a temporary file' },
  data: { attack: 0.2, benign: 0.1, words: 'data' },
};

export type AddressClass = NonNullable<ProcessActivity['address']>;

export const ADDRESSES: Readonly<Record<AddressClass, Danger & { readonly words: string }>> = {
  metadata: { attack: 0.3, benign: 1e-3, words: "the cloud's metadata service" },
  loopback: { attack: 0.3, benign: 5e-2, words: 'the host itself' },
  private: { attack: 0.3, benign: 3e-2, words: 'an inner address' },
  public: { attack: 0.3, benign: 5e-2, words: 'a public address' },
  local: { attack: 0.1, benign: 5e-2, words: 'a local socket' },
};

/**
 * Of the files and addresses that a parameter leads to: how many are of the class under an attack, and in benign use
 * before anything was learned of the parameter.
 */
export const REACHED: Readonly<Record<FileClass | AddressClass, Danger>> = {
  secret: { attack: 0.25, benign: 1e-4 },
  system: { attack: 0.5, benign: 1e-3 },
  code: { attack: 0.15, benign: 1e-2 },
  uploads: { attack: 0.05, benign: 0.5 },
  temporary: { attack: 0.05, benign: 0.1 },
  data: { attack: 0.05, benign: 0.4 },
  metadata: { attack: 0.25, benign: 1e-4 },
  loopback: { attack: 0.4, benign: 1e-3 },
  private: { attack: 0.3, benign: 2e-2 },
  public: { attack: 0.05, benign: 0.95 },
  local: { attack: 0.05, benign: 1e-3 },
};

/** Probability that a parameter went into an act in this way under an attack, and where the application means it to. */
export const TAINTS: Readonly<
  Record<'execute' | 'open' | 'connect', Readonly<Record<'part' | 'whole' | 'code', Danger>>>
> = {
  execute: {
    part: { attack: 0.6, benign: 5e-6 },
    whole: { attack: 0.6, benign: 1e-5 },
    code: { attack: 0.5, benign: 1e-5 },
  },
  open: {
    part: { attack: 0.5, benign: 5e-5 },
    whole: { attack: 0.5, benign: 5e-5 },
    code: { attack: 0.5, benign: 5e-5 },
  },
  connect: {
    part: { attack: 0.5, benign: 2e-3 },
    whole: { attack: 0.5, benign: 2e-3 },
    code: { attack: 0.5, benign: 2e-3 },
  },
};
