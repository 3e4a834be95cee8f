/**
 * A page with React in it, for tests of `@newsline/client/react`: the component, the hook and the real react-dom of a
 * version, bundled in development mode, where React tells of every mismatch and StrictMode mounts twice.
 */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type * as React from 'react';
import type * as ReactClient from 'react-dom/client';
import type * as NewslineReact from '../../client-sdk/src/react.ts';
import type { ReactHeadlineList } from './react-headline-list.ts';

export const REACT_VERSIONS = ['18', '19'] as const;
export type ReactVersion = (typeof REACT_VERSIONS)[number];

/** What stands as `window.kit` in the page. */
export interface ReactKit {
  readonly React: typeof React;
  readonly client: typeof ReactClient;
  readonly NewsTicker: typeof NewslineReact.NewsTicker;
  readonly ReactHeadlineList: typeof ReactHeadlineList;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const packageFolder = (name: string) =>
  dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const suffix = (version: ReactVersion) => (version === '19' ? '' : `-${version}`);

/** The code of an ES module, by what it does with the packages of that version. */
async function bundle(
  version: ReactVersion,
  contents: string,
  platform: 'browser' | 'node',
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT, loader: 'ts' },
    alias: {
      react: packageFolder(`react${suffix(version)}`),
      'react-dom': packageFolder(`react-dom${suffix(version)}`),
    },
    bundle: true,
    write: false,
    platform,
    format: platform === 'node' ? 'cjs' : 'iife',
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'error',
  });
  return outputFiles[0]?.text ?? '';
}

const scripts = new Map<ReactVersion, Promise<string>>();

/** A script that makes `window.kit`. */
export function reactScript(version: ReactVersion): Promise<string> {
  const known = scripts.get(version);
  if (known) return known;
  const script = bundle(
    version,
    `import * as React from 'react';
     import * as client from 'react-dom/client';
     import { NewsTicker } from './client-sdk/src/react.ts';
     import { ReactHeadlineList } from './test/client-sdk/react-headline-list.ts';
     window.kit = { React, client, NewsTicker, ReactHeadlineList };`,
    'browser',
  );
  scripts.set(version, script);
  return script;
}

/** What a server of that version renders, in a Node without a page. */
export async function renderOnServer(
  version: ReactVersion,
  props: NewslineReact.NewsTickerProps,
): Promise<string> {
  const code = await bundle(
    version,
    `import { createElement, StrictMode } from 'react';
     import { renderToString } from 'react-dom/server';
     import { NewsTicker } from './client-sdk/src/react.ts';
     module.exports = (props) => renderToString(createElement(StrictMode, null, createElement(NewsTicker, props)));`,
    'node',
  );
  const loaded: { exports: (given: NewslineReact.NewsTickerProps) => string } = { exports: () => '' };
  new Function('module', 'require', code)(loaded, createRequire(import.meta.url));
  return loaded.exports(props);
}
