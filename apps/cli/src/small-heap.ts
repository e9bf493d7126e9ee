import { setFlagsFromString } from 'node:v8';

/** How much more than what lived through it the heap may hold before the next collection, in percent. */
const GROWTH = 40;

/**
 * Keeps the heap near what is in use. Node lets it grow to several times that where the machine has the memory, and files
 * of any length then take as much of it as they get. Collects oftener, which costs processor time; reading a file holds
 * little, so that is little. To be called before there is much to collect.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
