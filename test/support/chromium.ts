/**
 * Starts a real Chromium for tests, headless, through playwright-core, which brings no browser of its own.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns path of the browser: `NEWSLINE_CHROMIUM`, or the first of its usual names in `PATH`. */
export function findChromium(
  { NEWSLINE_CHROMIUM: named, PATH = '' }: NodeJS.ProcessEnv = process.env,
): string {
  const paths = named
    ? [named]
    : NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  const found = paths.find(isProgram);
  if (found) return found;
  throw new Error(
    named
      ? `NEWSLINE_CHROMIUM is ${named}, which is no program that may be run`
      : `no ${NAMES.join(', ')} in PATH: install one (Debian: apt-get install chromium), or name it in NEWSLINE_CHROMIUM`,
  );
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whoever starts it closes it: `await browser.close()`.
 *
 * @param isPageKept a page that is left stays in the back-forward cache, as for everybody else. @default false
 */
export function startChromium({ isPageKept = false } = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    ignoreDefaultArgs: isPageKept ? ['--disable-back-forward-cache'] : [],
    args: [
      // As root, as in most containers, Chromium's own sandbox does not start; it shows pages of the tests only.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
    ],
  });
}
