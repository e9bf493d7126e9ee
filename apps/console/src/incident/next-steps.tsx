import type { AttackPath } from '../api/client.js';

/** What to look at and do first, by the path of the attack: for somebody who has never seen one. */
const STEPS: Readonly<Record<AttackPath, readonly string[]>> = {
  sqli: [
    'See whether it reached the database: SQL statements below say what was read or written.',
    'While it goes on, block the client or take the page off.',
    'Fix the page: bind the parameter, do not write it into the statement.',
  ],
  xss: [
    'Find where the script is stored, and delete it: until then every reader runs it.',
    'End the sessions of those who opened the page meanwhile.',
    'Fix the page: encode the value where it is written into the page.',
  ],
  csrf: [
    'Ask the owner of the session whether they did this, and undo what was changed.',
    'Fix the form: a token bound to the session, and cookies with SameSite.',
  ],
  rbac: [
    'Ask the owner of the account; revoke its tokens if it was not them.',
    'Undo the bindings and pods it made, and rotate the secrets it read.',
    'Take from the role what its workload does not need.',
  ],
  'web-shell': [
    'Cut the container off, and keep it for inspection: it runs what the attacker asks for.',
    'Remove the planted file, and rotate every secret that the container could read.',
    'Fix the upload, or the command that takes a value from a request.',
  ],
  'path-traversal': [
    'See which files were read, and rotate the secrets in them.',
    'Fix the page: resolve the name, and refuse what lies outside its folder.',
  ],
  ssrf: [
    'See which inner addresses answered, and rotate the credentials that are served there.',
    'Fix the page: allow named destinations alone, and limit where the workload may connect to.',
  ],
  'credential-guessing': [
    'See whether a guess succeeded: then end that account’s sessions and change its password.',
    'Limit attempts by account and by address.',
  ],
  unknown: [
    'Compare what was seen with what is normal: a new release, a new job, or an attack?',
    'Ask the owner of the workload what changed at this time.',
  ],
};

export function NextSteps({ path }: { readonly path: AttackPath }) {
  return (
    <section className="stack" aria-labelledby="next">
      <h2 id="next">What to do next</h2>
      <ol className="steps">
        {[
          ...STEPS[path],
          'Was it a test of your own, or ordinary use? Set it to benign: the next profile learns it.',
        ].map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}
