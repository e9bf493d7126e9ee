import { Generations } from '../bytes/generations.js';
import { remembered } from '../bytes/remembered.js';
import type { HttpHeaders } from './http-exchange.js';

/** Heads of late whose facts are kept, and the most characters of one that is kept. */
const MOST = 512;
const MAX_LENGTH = 4_096;

const lowerCase = remembered((name: string): string => name.toLowerCase());

/**
 * A pure function of a message's headers: heads of late that are equal are one object (`parseHeaders`), and what was made
 * of them once is kept, and shared, so nobody may alter it. State: of each function answers to 512 heads of 4,096
 * characters.
 */
export function headerFact<Answer>(answer: (headers: HttpHeaders) => Answer): (headers: HttpHeaders) => Answer {
  const known = new Generations<HttpHeaders, { readonly answer: Answer }>(MOST);
  return (headers) => {
    const found = known.get(headers);
    if (found !== undefined) return found.answer;
    const made = answer(headers);
    if (lengthOf(headers) <= MAX_LENGTH) known.set(headers, { answer: made });
    return made;
  };
}

/** The first of each header, by its name in small letters. */
export const firstHeaders = headerFact((headers): ReadonlyMap<string, string> => {
  const first = new Map<string, string>();
  for (const [given, value] of headers) {
    const name = lowerCase(given);
    if (!first.has(name)) first.set(name, value);
  }
  return first;
});

/** The value of the first header of that name, given in small letters. */
export function firstHeader(headers: HttpHeaders, name: string): string | undefined {
  for (const [given, value] of headers) if (isNamed(given, name)) return value;
  return undefined;
}

/** The value of the last header of that name, given in small letters; empty where there is none. */
export function lastHeader(headers: HttpHeaders, name: string): string {
  for (let i = headers.length - 1; i >= 0; i--) if (isNamed(headers[i]![0], name)) return headers[i]![1];
  return '';
}

/** The values of all headers of that name, given in small letters, in their order. */
export function headerValues(headers: HttpHeaders, name: string): string[] {
  const values: string[] = [];
  for (const [given, value] of headers) if (isNamed(given, name)) values.push(value);
  return values;
}

/** Whether a header's name is `name`, given in small letters. */
export function isNamed(given: string, name: string): boolean {
  return given === name || (given.length === name.length && lowerCase(given) === name);
}

function lengthOf(headers: HttpHeaders): number {
  let length = 0;
  for (const [name, value] of headers) length += name.length + value.length;
  return length;
}
