import type { QueueFilter } from '../api/queries.js';
import { PATHS, STATUSES } from '../ui/words.js';

const STATES = ['open', 'closed', 'merged'] as const;

/** Reads the filters in an address; what is not one of ours is left out. */
export function queueSearch(given: Record<string, unknown>): QueueFilter {
  const severity = Number(given['min_severity']);
  return defined({
    application: text(given['application']),
    path: PATHS.find((path) => path === given['path']),
    state: STATES.find((state) => state === given['state']),
    status: STATUSES.find((status) => status === given['status']),
    min_severity: Number.isInteger(severity) && severity >= 2 && severity <= 6 ? severity : undefined,
    text: text(given['text']),
    assignee: text(given['assignee']),
    workload: text(given['workload']),
    address: text(given['address']),
    page: text(given['page']),
    from: time(given['from']),
    to: time(given['to']),
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 128) : undefined;
}

function time(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function defined(filter: QueueFilter): QueueFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
