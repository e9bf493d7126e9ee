import type { Reporter, TestModule } from 'vitest/node';

/** Prints, as the very last line of a run, how many tests passed, failed and were skipped. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const before = counts.failed;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'skipped' : state] += 1;
      }
      // A file that could not be loaded has no tests to count.
      if (module.state() === 'failed' && counts.failed === before) counts.failed += 1;
    }
    const line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`;
    // What other reporters and the teardown print comes before it.
    process.once('exit', () => process.stdout.write(line));
  }
}
