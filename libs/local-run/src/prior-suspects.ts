import { isoTime, type LogEvent, type TimeUs, type WebParameter } from '@plimsoll/contracts';
import type { CollectorMessage } from '@plimsoll/pipelines';

/** Values of one kind in one workload's learning data that read as an attack alone does. */
export interface Suspects {
  readonly application: string;
  readonly workload: string;
  /** `sql`, `markup`, or the kind of act. */
  readonly kind: string;
  readonly count: number;
  readonly first: { readonly timeUs: TimeUs; readonly path: string; readonly parameter: string };
}

/** Kinds by workload that are told apart. */
const MAX_SUSPECTS = 256;
/** The highest grades of `SqlGrade`, `MarkupGrade` and `ValueAct`. */
const [SQL_ATTACK, SCRIPT, ACT_ATTACK] = [4, 3, 3];

/**
 * Scores learning data by what is known before anything is learned: whoever attacks while a profile is learned would
 * become normal. It leaves nothing out, since a program may well take such values; a person looks at what it names.
 */
export class PriorSuspects {
  readonly #found = new Map<string, Suspects>();

  see(message: CollectorMessage): void {
    if (message.topic !== 'logs' || message.event.type !== 'web-request') return;
    const { event } = message;
    for (const parameter of event.parameters) for (const kind of kindsOf(parameter)) this.#add(event, parameter, kind);
  }

  /** The most frequent first. */
  found(): readonly Suspects[] {
    return [...this.#found.values()].sort((a, b) => b.count - a.count);
  }

  #add(event: Extract<LogEvent, { type: 'web-request' }>, { name }: WebParameter, kind: string): void {
    const { application, workload, timeUs, path } = event;
    const key = JSON.stringify([application, workload, kind]);
    const known = this.#found.get(key);
    if (known !== undefined) this.#found.set(key, { ...known, count: known.count + 1 });
    else if (this.#found.size < MAX_SUSPECTS) {
      this.#found.set(key, { application, workload, kind, count: 1, first: { timeUs, path, parameter: name } });
    }
  }
}

/** What a person is told of them; names are as they came. */
export function suspectWords({ application, workload, kind, count, first }: Suspects): string {
  const where = `${first.parameter} of ${first.path} at ${isoTime(first.timeUs)}`;
  return `${application}/${workload}: ${count} values read as an attack by ${kind} before anything is learned, the first: ${where}`;
}

function kindsOf({ sql, markup, reflected, acts = [] }: WebParameter): string[] {
  return [
    ...(sql >= SQL_ATTACK ? ['sql'] : []),
    ...(markup >= SCRIPT && reflected ? ['markup'] : []),
    ...acts.filter(({ grade }) => grade >= ACT_ATTACK).map((act) => act.kind),
  ];
}
