/** Under which the collector's controllers get its settings. */
export const COLLECTOR_SETTINGS = Symbol('collector settings');
