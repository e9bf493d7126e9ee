const CALLS = ['read', 'write', 'poll', 'sendto', 'recvfrom', 'openat', 'close'];
const START_S = 1_631_209_047;

/** A made scenario in the form of LID-DS 2021: eight recordings to learn, three to validate, two to test. */
export function layoutOf(scenario: string): Map<string, string> {
  const files = new Map<string, string>();
  const add = (folder: string, name: string, calls: readonly string[], exploitS?: number): void => {
    const exploit = exploitS === undefined ? [] : [{ absolute: exploitS, relative: exploitS - START_S }];
    files.set(`${scenario}/${folder}/${name}.sc`, linesOf(calls));
    files.set(
      `${scenario}/${folder}/${name}.json`,
      JSON.stringify({ exploit: exploitS !== undefined, time: { exploit } }),
    );
  };
  for (let i = 0; i < 8; i++) add('training', `training_${i}`, benign(i));
  for (let i = 0; i < 3; i++) add('validation', `validation_${i}`, benign(20 + i));
  add('test/normal', 'ordinary', benign(40));
  // 3,000 ordinary calls, a thousand a second, then a program is started.
  add('test/normal_and_attack', 'attacked', [...benign(41), ...new Array<string>(900).fill('execve')], START_S + 3);
  return files;
}

/** The same calls in an order that a seed turns. */
function benign(seed: number): string[] {
  return Array.from({ length: 3_000 }, (_, i) => CALLS[(i * (1 + (seed % 3)) + seed) % CALLS.length]!);
}

function linesOf(calls: readonly string[]): string {
  return calls
    .map((call, i) => {
      const time = `${START_S + Math.floor(i / 1_000)}${String((i % 1_000) * 1_000_000).padStart(9, '0')}`;
      return `${time} 0 3686302 apache2 3686302 ${call} < res=1 \n`;
    })
    .join('');
}
