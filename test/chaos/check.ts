/** `check FOLDER`: judges the journal of a chaos run once more; ends with 1 where a promise was broken. */
import { checkRun } from './check-run.ts';
import { readJournal } from './read-journal.ts';
import { markdownOf, reportOf } from './report.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: check FOLDER');
  process.exit(2);
}
const verdict = checkRun(await readJournal(folder));
const { store, seed, startedAtMs, endedAtMs } = verdict.covered.run;
const minutes = Math.max(0.1, Math.round((endedAtMs - startedAtMs) / 6_000) / 10);
console.log(reportOf(verdict, `npm run chaos -- --store ${store} --minutes ${minutes} --seed ${seed}`));
console.log(`\n${markdownOf([verdict])}`);
process.exitCode = verdict.isKept ? 0 : 1;
