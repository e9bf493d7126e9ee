import { severityName } from './words.js';

/** Severity as a word and as filled marks, so that neither colour nor number is needed to read it. */
export function Severity({ severity }: { readonly severity: number }) {
  const look = severity >= 5 ? 'bad' : severity >= 3 ? 'warn' : '';
  return (
    <span className={`chip ${look}`}>
      <svg width="30" height="8" aria-hidden="true" focusable="false">
        {[0, 1, 2, 3, 4, 5].map((mark) => (
          <rect
            key={mark}
            x={mark * 5}
            y="0"
            width="4"
            height="8"
            fill="currentColor"
            opacity={mark < severity ? 1 : 0.2}
          />
        ))}
      </svg>
      {severityName(severity)}
    </span>
  );
}
