import { callNames, I386_OFFSET, tableName, UNKNOWN_CALL, X86_64_CALLS } from './syscall-table.js';

/** Architectures whose calls can be told by number. */
export type SyscallAbi = 'x86-64' | 'i386' | 'arm64';

/** Consecutive numbers, the first of them, and the names separated by spaces. */
type Run = readonly [first: number, names: string];

/**
 * Calls of arm64 below 424; from there on all architectures share their numbers.
 *
 * Source: the kernel's `asm-generic/unistd.h` (Linux 6.1) with what `asm/unistd.h` of arm64 asks for: names of 64 bits,
 * `renameat`, `getrlimit`, `setrlimit`.
 */
const ARM64: readonly Run[] = [
  [
    0,
    'io_setup io_destroy io_submit io_cancel io_getevents setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr getcwd lookup_dcookie eventfd2 epoll_create1 epoll_ctl epoll_pwait dup dup3 fcntl inotify_init1 inotify_add_watch inotify_rm_watch ioctl ioprio_set ioprio_get flock mknodat mkdirat unlinkat symlinkat linkat renameat umount2 mount pivot_root nfsservctl statfs fstatfs truncate ftruncate fallocate faccessat chdir fchdir chroot fchmod fchmodat fchownat fchown openat close vhangup pipe2 quotactl getdents64 lseek read write readv writev pread64 pwrite64 preadv pwritev sendfile pselect6 ppoll signalfd4 vmsplice splice tee readlinkat newfstatat fstat sync fsync fdatasync sync_file_range2 timerfd_create timerfd_settime timerfd_gettime utimensat acct capget capset personality exit exit_group waitid set_tid_address unshare futex set_robust_list get_robust_list nanosleep getitimer setitimer kexec_load init_module delete_module timer_create timer_gettime timer_getoverrun timer_settime timer_delete clock_settime clock_gettime clock_getres clock_nanosleep syslog ptrace sched_setparam sched_setscheduler sched_getscheduler sched_getparam sched_setaffinity sched_getaffinity sched_yield sched_get_priority_max sched_get_priority_min sched_rr_get_interval restart_syscall kill tkill tgkill sigaltstack rt_sigsuspend rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigreturn setpriority getpriority reboot setregid setgid setreuid setuid setresuid getresuid setresgid getresgid setfsuid setfsgid times setpgid getpgid getsid setsid getgroups setgroups uname sethostname setdomainname getrlimit setrlimit getrusage umask prctl getcpu gettimeofday settimeofday adjtimex getpid getppid getuid geteuid getgid getegid gettid sysinfo mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr msgget msgctl msgrcv msgsnd semget semctl semtimedop semop shmget shmctl shmat shmdt socket socketpair bind listen accept connect getsockname getpeername sendto recvfrom setsockopt getsockopt shutdown sendmsg recvmsg readahead brk munmap mremap add_key request_key keyctl clone execve mmap fadvise64 swapon swapoff mprotect msync mlock munlock mlockall munlockall mincore madvise remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages move_pages rt_tgsigqueueinfo perf_event_open accept4 recvmmsg',
  ],
  [
    260,
    'wait4 prlimit64 fanotify_init fanotify_mark name_to_handle_at open_by_handle_at clock_adjtime syncfs setns sendmmsg process_vm_readv process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents rseq kexec_file_load',
  ],
];
const SHARED_FROM = 424;
const I386_CALLS = 512;

/** x32 is x86-64 with this bit; from 512 on its calls are its own (the kernel's `syscall_64.tbl`). */
const X32_BIT = 0x4000_0000;
const X32_FIRST = 512;
const X32 =
  'rt_sigaction rt_sigreturn ioctl readv writev recvfrom sendmsg recvmsg execve ptrace rt_sigpending rt_sigtimedwait rt_sigqueueinfo sigaltstack timer_create mq_notify kexec_load waitid set_robust_list get_robust_list vmsplice move_pages preadv pwritev rt_tgsigqueueinfo recvmmsg sendmmsg process_vm_readv process_vm_writev setsockopt getsockopt io_setup io_submit execveat preadv2 pwritev2'.split(
    ' ',
  );

const arm64 = new Map(
  ARM64.flatMap(([first, names]) => names.split(' ').map((name, i): [number, string] => [first + i, name])),
);

/**
 * The number by which call `number` of an architecture is known here: that of the x86-64 call of the same name, so that
 * a program's calls are the same whatever it runs on; of a call that x86-64 has not, its own. `UNKNOWN_CALL` where the
 * architecture's table has no such call.
 */
export function callOfAbi(abi: SyscallAbi, number: number): number {
  if (abi === 'i386') return i386Call(number);
  const name = abi === 'arm64' ? arm64Name(number) : x86Name(number);
  return (name === undefined ? undefined : callNames().get(name)) ?? UNKNOWN_CALL;
}

function i386Call(number: number): number {
  const name = number < I386_CALLS ? tableName(I386_OFFSET + number) : undefined;
  if (name === undefined) return UNKNOWN_CALL;
  return callNames().get(name) ?? I386_OFFSET + number;
}

function arm64Name(number: number): string | undefined {
  return number >= SHARED_FROM && number < X86_64_CALLS ? tableName(number) : arm64.get(number);
}

function x86Name(number: number): string | undefined {
  if (number < X86_64_CALLS) return tableName(number);
  const x32 = number - X32_BIT;
  return x32 >= X32_FIRST ? X32[x32 - X32_FIRST] : x32 >= 0 ? tableName(x32) : undefined;
}
