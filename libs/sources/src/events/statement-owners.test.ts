import { describe, expect, it } from 'vitest';

import type { HttpExchange } from '../http/http-exchange.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import type { OpenRequest } from '../wire/open-requests.js';
import { StatementOwners } from './statement-owners.js';
import type { SentStatement } from './web/web-request-event.js';

const STATEMENT: SentStatement = {
  text: 'SELECT 1',
  dialect: 'postgresql',
  outline: 'select ?',
  writes: false,
  columnsWritten: [],
  failed: false,
};
const open = (connection: string, thread: number, startUs = 0): OpenRequest => ({ connection, thread, startUs });
const sent = (thread: number, startUs: number, during: OpenRequest[] = []): SqlExchange =>
  ({ type: 'sql', thread, startUs, endUs: startUs + 1, during }) as unknown as SqlExchange;
const ended = ({ connection, thread, startUs }: OpenRequest, endUs: number): HttpExchange =>
  ({ type: 'http', connection, thread, startUs, endUs }) as unknown as HttpExchange;

/** How certain a statement of `thread` is the one of either request, after those that were clear. */
function shares(clear: readonly [reader: number, sender: number][], thread: number, requests: OpenRequest[]): number[] {
  const owners = new StatementOwners();
  clear.forEach(([reader, sender], i) => {
    owners.add(sent(sender, i, [open('1:9#0', reader)]), STATEMENT);
  });
  owners.add(sent(thread, 1_000_000, requests), STATEMENT);
  return requests.map((request) => {
    const { share } = owners.of(ended(request, 2_000_000)).at(-1)!;
    return share === undefined ? 1 : share.own / (share.own + share.others);
  });
}

describe('whose a statement is', () => {
  it('is the only request that was open, whatever thread sent it', () => {
    expect(shares([], 8, [open('1:5#0', 7, 900_000)])).toEqual([1]);
  });

  it('is the one whose thread sent it, where threads do', () => {
    const pool = Array.from({ length: 50 }, (_, i): [number, number] => [i % 4, i % 4]);
    const [own, other] = shares(pool, 1, [open('1:5#0', 1, 900_000), open('1:6#1', 2, 900_000)]);
    expect(own).toBeGreaterThan(0.97);
    expect(other).toBeLessThan(0.03);
  });

  it('is told little by threads where tasks change them, and nothing where one thread serves all', () => {
    const migrating = Array.from({ length: 60 }, (_, i): [number, number] => [i % 4, (i + (i % 3)) % 4]);
    const [reader] = shares(migrating, 1, [open('1:5#0', 1, 900_000), open('1:6#1', 2, 900_000)]);
    expect(reader).toBeLessThan(0.6);
    expect(shares([], 7, [open('1:5#0', 7, 900_000), open('1:6#1', 7, 900_000)])).toEqual([0.5, 0.5]);
  });

  it('is seldom one that has been open for long', () => {
    const [stream, fresh] = shares([], 7, [open('1:5#0', 7, -99_000_000), open('1:6#1', 7, 1_000_000)]);
    expect(stream).toBeLessThan(0.02);
    expect(fresh).toBeGreaterThan(0.98);
  });

  it('goes by the thread where no request is known to be open, and waits for its time alone', () => {
    const owners = new StatementOwners();
    owners.add(sent(7, 5), STATEMENT);
    owners.add(sent(7, 50), STATEMENT);
    expect(owners.of(ended(open('1:5#0', 7), 10))).toEqual([STATEMENT]);
    expect(owners.of(ended(open('1:5#0', 7, 20), 60))).toEqual([STATEMENT]);
    expect(owners.of(ended(open('1:5#0', 8, 20), 60))).toEqual([]);
  });
});
