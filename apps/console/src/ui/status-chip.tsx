import type { Status } from '../api/client.js';
import { STATUS_NAMES } from './words.js';

const LOOKS: Readonly<Record<Status, string>> = { new: 'warn', 'in-progress': '', resolved: 'good', benign: 'good' };

export function StatusChip({ status }: { readonly status: Status }) {
  return <span className={`chip ${LOOKS[status]}`}>{STATUS_NAMES[status]}</span>;
}
