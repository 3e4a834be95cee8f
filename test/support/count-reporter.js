import { writeSync } from 'node:fs';

const [STDOUT, STDERR] = [1, 2];
const PATIENCE_MS = 20_000;

/**
 * Ends the run with one plain line, after Jest's own summary, which comes after every reporter's turn: so at the exit.
 * What a test left open would keep the run from ending for ever; it fails instead.
 */
export default class CountReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    const line = `${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed\n`;
    process.once('exit', () => writeSync(STDOUT, line));
    setTimeout(() => {
      writeSync(
        STDERR,
        'The tests are done, but something they opened is still open: see --detectOpenHandles\n',
      );
      process.exit(1);
    }, PATIENCE_MS).unref();
  }
}
