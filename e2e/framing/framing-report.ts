import type { Compared } from './compare.js';

const TITLES: Readonly<Record<string, string>> = {
  apache: 'Apache, PHP',
  nginx: 'nginx (behind it Node)',
  node: "Node's http",
  python: 'Python, gunicorn',
  tomcat: 'Tomcat',
};

/** The figures by server as a page. */
export function framingReport(
  rows: readonly (Compared & { readonly server: string })[],
  { seed, requests }: { readonly seed: number; readonly requests: number },
): string {
  const lines = rows.map((row) => {
    const { server, sent, answered, equal, announced, inGaps, wrong, doubted } = row;
    return `| ${[TITLES[server] ?? server, sent, answered, equal, announced, inGaps, wrong, doubted].join(' | ')} |`;
  });
  return `# Requests as servers took them

Made by \`node e2e/measure-framing.mjs --write --seed ${seed} --requests ${requests}\`, on ${new Date().toISOString().slice(0, 10)}.

Odd requests, legal or not far from it, to real servers under strace (\`-s 2048\`); each answers which parameters it saw, and the request that is rebuilt from its calls is compared with that.

| server | sent | answered | equal | announced | in gaps | wrong | equal, doubted |
|---|---:|---:|---:|---:|---:|---:|---:|
${lines.join('\n')}

- answered: the rest was refused, or taken as part of another request.
- equal: every parameter that the server saw was rebuilt, beside those of other servers' readings.
- announced: one is missing, and \`unseen\` of the request says why.
- in gaps: no request was rebuilt, since it stood behind what strace shows of a buffer; a gap names its connection.
- Names are compared without the signs that frameworks change in them, values without blanks and quotes around them, and what is no ASCII as one sign.
- wrong: anything else.
- equal, doubted: of the equal ones, those with a reason in \`unseen\`.
`;
}
