// A reporter: how many tests there were, in one line; and with CI=true none may be left out.
import type { Reporter, TestModule } from 'vitest/node';

export default class Complete implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const m of modules) {
      for (const t of m.children.allTests()) {
        const { state } = t.result();
        count[state]++;
        if (state === 'skipped') console.log(`left out: ${m.relativeModuleId}: ${t.fullName}`);
      }
    }
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    if (process.env.CI === 'true' && (count.skipped || count.pending)) {
      console.log('with CI=true nothing may be left out');
      process.exitCode = 1;
    }
  }
}
