import { callNumber, UNKNOWN_CALL } from '@plimsoll/contracts';

/**
 * The tables of the paper (Bhuiyan, Das and others, CLOSER 2024), as printed, by the number of fields that the attack
 * altered: set k of a row is its first k names.
 */
const PRINTED: readonly string[] = [
  'write fdatasync pwrite pread fsync io_submit sched_yield nanosleep futex mmap unknown mmap mprotect sysdigevent io_getevents sendto recvfrom',
  'pwrite write fdatasync fsync io_submit sched_yield futex nanosleep unknown mman mmap sendto recvfrom io_getevents ppoll getrusage sched_getaffinity',
  'fdatasync write pwrite fsync io_submit sched_yield futex nanosleep munmap unknown mmap recvfrom recvfrom io_getevents ppoll getrusage sysdigevent',
  'pread fdatasync write pwrite fsync io_submit sched_yield futex nanosleep munmap unknown mmap ppoll recvfrom sendto io_getevents mprotect',
  'write fdatasync pwrite fsync io_submit sched_yield nanosleep futex unknown mmap munmap ppoll recvfrom sendto io_getevents getrusage sched_getaffinity',
  'fdatasync write pwrite do_submit fsync io_submit sched_yield nanosleep futex ppoll recvfrom munmap unknown sendto mmap io_getevents pread',
];

/** The kernel's names of what sysdig or the printer named otherwise; libc sleeps by `clock_nanosleep` today. */
const KERNEL_NAMES: Readonly<Record<string, readonly string[]>> = {
  pwrite: ['pwrite64'],
  pread: ['pread64'],
  mman: ['mmap'],
  do_submit: ['io_submit'],
  nanosleep: ['nanosleep', 'clock_nanosleep'],
};

/**
 * S1 … S17 for 1 to 6 altered fields: call numbers, ascending. `unknown` and `sysdigevent` are sysdig's own and add
 * nothing, nor does a name that was there before: some sets are equal. Throws `RangeError` for other numbers of fields.
 */
export function publishedSets(fields: number): number[][] {
  const printed = PRINTED[fields - 1];
  if (printed === undefined) throw new RangeError('the paper has tables for 1 to 6 fields');
  const group = new Set<number>();
  return printed.split(' ').map((name) => {
    for (const call of (KERNEL_NAMES[name] ?? [name]).map(callNumber)) if (call !== UNKNOWN_CALL) group.add(call);
    return [...group].sort((one, other) => one - other);
  });
}

/** The group that the paper's tables give for a database, all of them together. */
export function publishedKeyGroup(): number[] {
  const all = PRINTED.flatMap((_, i) => publishedSets(i + 1).at(-1) ?? []);
  return [...new Set(all)].sort((one, other) => one - other);
}
