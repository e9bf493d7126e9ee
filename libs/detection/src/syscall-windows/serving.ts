import { callNumber, type SyscallBatch } from '@plimsoll/contracts';

/** Calls by which a process takes a connection. */
export const ACCEPTS: readonly number[] = [callNumber('accept'), callNumber('accept4')];

/** Whether any call of the batch takes a connection. */
export function accepts({ numbers }: Pick<SyscallBatch, 'numbers'>): boolean {
  return ACCEPTS.some((call) => numbers.includes(call));
}
