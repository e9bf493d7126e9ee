import { keepSmallest } from './bounded.js';
/** Columns told apart: more make no higher severity. */
const MAX_COLUMNS = 16;
export function noDamage() {
    return { seen: 0, estimated: 0, columns: [] };
}
export function addDamage(damage, severity, impact) {
    if (impact === undefined)
        damage.estimated = Math.max(damage.estimated, severity);
    else
        damage.seen = Math.max(damage.seen, severity);
    for (const column of impact?.columns ?? [])
        keepSmallest(damage.columns, column, MAX_COLUMNS);
}
export function mergeDamage(damage, other) {
    damage.seen = Math.max(damage.seen, other.seen);
    damage.estimated = Math.max(damage.estimated, other.estimated);
    for (const column of other.columns)
        keepSmallest(damage.columns, column, MAX_COLUMNS);
}
/**
 * Severity 1–6 of an incident. What was seen to happen counts, and an estimate only where nothing was. An attack that
 * alters one field with each request has altered all of them together: 6 is six columns or more.
 */
export function severityOf({ seen, estimated, columns }) {
    return seen > 0 ? Math.min(6, Math.max(seen, columns.length)) : Math.max(1, estimated);
}
//# sourceMappingURL=damage.js.map