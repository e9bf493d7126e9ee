import { PlimsollError, SourceKind } from '@plimsoll/contracts';
import { sourceAt, type ReplaySource } from '@plimsoll/local-run';

/** `WORKLOAD=KIND:PATH`, as the command line takes it, several times. */
export interface SourceArgument {
  readonly workload: string;
  readonly kind: SourceKind;
  readonly path: string;
}

const FORM = /^([^=]+)=([a-z0-9-]+):(.+)$/s;

/** Throws `bad-configuration` with the form and the kinds where the argument is of another form. */
export function parseSource(text: string): SourceArgument {
  const [, workload = '', kindText = '', path = ''] = FORM.exec(text) ?? [];
  const kind = SourceKind.safeParse(kindText);
  if (workload === '') {
    throw new PlimsollError(
      'bad-configuration',
      `--source ${text}: write WORKLOAD=KIND:PATH with a name of your choice for the workload, as in db=strace:db.strace.gz`,
    );
  }
  if (!kind.success) {
    throw new PlimsollError(
      'bad-configuration',
      `--source ${text}: there is no kind ${kindText}; give one of ${SourceKind.options.join(', ')}`,
    );
  }
  return { workload, kind: kind.data, path };
}

/** Whether the source is standard input, which may be told live. */
export function isPipe({ path }: Pick<SourceArgument, 'path'>): boolean {
  return path === '-';
}

/** The sources of one command, each with a stream of its own. */
export function sourcesFrom(application: string, sources: readonly SourceArgument[]): ReplaySource[] {
  const seen = new Map<string, number>();
  return sources.map(({ workload, kind, path }) => {
    const first = sourceAt(application, workload, kind, path, 0);
    const ordinal = seen.get(first.stream) ?? 0;
    seen.set(first.stream, ordinal + 1);
    return ordinal === 0 ? first : sourceAt(application, workload, kind, path, ordinal);
  });
}
