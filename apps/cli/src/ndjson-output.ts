import type { EmbeddedOutput } from '@plimsoll/local-run';

/** Writes verdicts and alerts as they come, one JSON object a line. An alert line holds the finding as it is published. */
export function ndjsonOutput(out: { write(text: string): unknown }, allVerdicts: boolean): EmbeddedOutput {
  const line = (value: unknown): void => {
    out.write(`${JSON.stringify(value)}\n`);
  };
  return {
    onVerdict(verdict) {
      if (allVerdicts || (verdict.type === 'verdict' && verdict.state === 'anomalous')) line(verdict);
    },
    onAlert({ key, headers, value }) {
      line({ type: 'alert', key, headers, finding: JSON.parse(Buffer.from(value).toString('utf8')) as unknown });
    },
    onDeadLetter(letter) {
      line({ type: 'dead-letter', ...letter });
    },
  };
}
