import { encodeJson, PROGRESS_HEADER, TOPICS, type Progress } from '@plimsoll/contracts';
import { partitionOf, type OutgoingRecord } from '@plimsoll/streaming';

/** Progress as records: one on every partition of `syscalls` and of `logs`. */
export function progressRecords(progress: Progress): OutgoingRecord[] {
  const value = encodeJson(progress);
  const { syscalls, logs } = progress.partitions;
  return [
    ...keysOf(syscalls).map((key) => ({ topic: TOPICS.syscalls.name, key, value, headers: HEADERS })),
    ...keysOf(logs).map((key) => ({ topic: TOPICS.logs.name, key, value, headers: HEADERS })),
  ];
}

const HEADERS = { [PROGRESS_HEADER]: '1' };
const keysByCount = new Map<number, readonly string[]>();

/** A key for each of so many partitions: the first numbers that fall there. */
function keysOf(partitions: number): readonly string[] {
  const known = keysByCount.get(partitions);
  if (known !== undefined) return known;
  const keys = new Map<number, string>();
  for (let i = 0; keys.size < partitions; i++) {
    const key = `progress-${i}`;
    const partition = partitionOf(key, partitions);
    if (!keys.has(partition)) keys.set(partition, key);
  }
  const found = [...keys].sort(([a], [b]) => a - b).map(([, key]) => key);
  keysByCount.set(partitions, found);
  return found;
}
