/** tsc writes plain files; `npx newsline` starts this one as a program. */
import { chmodSync } from 'node:fs';

chmodSync('dist/src/cli/main.js', 0o755);
