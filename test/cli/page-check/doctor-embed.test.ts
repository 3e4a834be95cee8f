/** What the doctor says of pages: one page for each thing that can be wrong. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { runCommand } from '../run-command.ts';
import { json, type ScriptedServer, type Step, startScriptedServer } from '../scripted-server.ts';

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.dispose();
});
async function start(step: Step): Promise<string> {
  const server = await startScriptedServer([step]);
  servers.push(server);
  return server.url;
}

/** A service with a channel `en` that allows every website but those named. */
const startService = (denied = false, headlines: readonly object[] = []) =>
  start((response, request) => {
    if (!request.url?.startsWith('/v1/channels/en/')) return json(404, {})(response, request);
    if (denied || !request.headers.origin) return json(403, { detail: 'denied' })(response, request);
    return json(200, { headlines })(response, request);
  });

interface Page {
  readonly body: (service: string) => string;
  readonly policy?: (service: string) => string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly denied?: boolean;
  readonly headlines?: readonly object[];
}

async function examine({ body, policy, headers = {}, denied, headlines }: Page) {
  const service = await startService(denied, headlines);
  const page = await start((response) => {
    const csp = policy ? { 'content-security-policy': policy(service) } : {};
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...csp, ...headers });
    response.end(`<!doctype html><title>Gazette</title>${body(service)}`);
  });
  const { exitCode, stdout, stderr } = await runCommand([
    'doctor',
    'embed',
    `${page}/news`,
    '--url',
    service,
  ]);
  const failures = stdout.split('\n').filter((line) => line.startsWith('FAIL'));
  return { exitCode, stdout, stderr, failures, service, page };
}

const SCRIPT = (service: string) => `<script src="${service}/newsline.js" async></script>`;
const GOOD = (service: string) =>
  `${SCRIPT(service)}<news-ticker channel="en" src="${service}"></news-ticker>`;

describe('newsline doctor embed', () => {
  it('finds a good page good, and says what it looked at', async () => {
    const { exitCode, stdout, service, page } = await examine({
      body: (service) => `<style>news-ticker:not(:defined) { min-height: 20rem }</style>${GOOD(service)}`,
      policy: (service) =>
        `default-src 'none'; script-src ${service}; connect-src ${service} ${service.replace('http', 'ws')}; style-src 'self'`,
    });
    expect(stdout.split('\n')).toEqual([
      `ok    page: ${page}/news`,
      `ok    script: ${service}/newsline.js`,
      'ok    ticker: <news-ticker> of channel en',
      'ok    policy: lets script, connections and frames pass',
      'ok    size: the page has style for news-ticker',
      `ok    channel en: ${page} may read it`,
      '',
    ]);
    expect(exitCode).toBe(0);
  });

  const wrong: readonly (readonly [
    string,
    Page,
    (at: { service: string; page: string }) => readonly string[],
  ])[] = [
    [
      'a page without newsline',
      { body: () => '<p>News</p>' },
      () => [
        'ticker: no <news-ticker>, script or frame of newsline in the page as it is sent; one that a script adds is not seen',
      ],
    ],
    [
      'a script that is missing, and one that comes twice',
      { body: () => '<news-ticker channel="en"></news-ticker>' },
      ({ service }) => [
        `script: is missing: add <script src="${service}/newsline.js" async></script>. A page that bundles @newsline/client needs none`,
      ],
    ],
    [
      'a script that comes twice',
      { body: (at) => SCRIPT(at) + GOOD(at) },
      () => ['script: is loaded 2 times: leave one'],
    ],
    [
      'attributes that are none, in each way of writing them',
      {
        body: (at) =>
          `${SCRIPT(at)}<news-ticker channel="en" chanel="en" class="a" data-x="1"></news-ticker>` +
          '<script type="application/json" class="newsline-ticker">{"channel":"en","colour":"red"}</script>' +
          '<script type="application/json" class="newsline-ticker">{"channel":</script>',
      },
      () => [
        'ticker: <news-ticker>: chanel is not an attribute of a ticker',
        'ticker: <script class="newsline-ticker">: colour is not an attribute of a ticker',
        'ticker: <script class="newsline-ticker">: must be type="application/json" with an object in it',
      ],
    ],
    [
      'values that a ticker would pass over, and a frame whose address is refused',
      {
        body: (at) =>
          `${SCRIPT(at)}<news-ticker channel="en" layout="carousel" limit="500" theme="pink" time-zone="Mars/Base" more-url="/all" section="a, b" days></news-ticker>` +
          `<iframe src="${at}/embed/en?limt=5" title="News" height="480"></iframe>`,
      },
      () => [
        'ticker: <news-ticker>: layout: must be "list" or "marquee" or "rotator" or "banner"',
        'ticker: <news-ticker>: limit: must be at most 100',
        'ticker: <news-ticker>: time-zone: must be an IANA time zone, as Asia/Baku',
        'ticker: <news-ticker>: theme: must be "light" or "dark" or "transparent"',
        'frame: its address: limt: is not a known field',
      ],
    ],
    [
      'a channel that is missing, and one that is not there',
      {
        body: (at) => `${SCRIPT(at)}<news-ticker></news-ticker><news-ticker channel="nowhere"></news-ticker>`,
      },
      ({ service }) => [
        'ticker: <news-ticker>: channel is missing',
        `channel nowhere: there is none at ${service}: check the name`,
      ],
    ],
    [
      'a website that the channel does not allow',
      { body: GOOD, denied: true },
      ({ page }) => [`channel en: ${page} may not read it: newsline channel update en --add-origin ${page}`],
    ],
    [
      'a policy that blocks the script and the connection',
      { body: GOOD, policy: () => "default-src 'self'" },
      ({ service }) => [
        `policy: default-src blocks ${service}/newsline.js: add script-src ${service}`,
        `policy: default-src blocks ${service.replace('http', 'ws')}: add connect-src ${service.replace('http', 'ws')}`,
        `policy: default-src blocks ${service}: add connect-src ${service}`,
      ],
    ],
    [
      'a policy that lets the script pass and its parts not, and one in the page that blocks pictures',
      {
        body: (at) => `<meta http-equiv="content-security-policy" content="img-src 'self'">${GOOD(at)}`,
        policy: (at) => `script-src ${at}/newsline.js`,
        headlines: [
          { image: { url: 'https://img.example/a.jpg' } },
          { image: { url: 'https://img.example/b.jpg' } },
        ],
      },
      ({ service }) => [
        `policy: script-src blocks ${service}/newsline/part.js: add script-src ${service}`,
        'policy: img-src blocks https://img.example: add img-src https://img.example',
      ],
    ],
    [
      'a strict-dynamic policy whose nonce the script does not have',
      { body: GOOD, policy: (at) => `script-src 'strict-dynamic' 'nonce-abc' ${at}` },
      ({ service }) => [`policy: script-src blocks ${service}/newsline.js: give the script the page's nonce`],
    ],
    [
      'a frame without title and height, in a sandbox, that a policy blocks',
      {
        body: (at) => `<iframe src="${at}/embed/en" sandbox="allow-scripts"></iframe>`,
        policy: () => "frame-src 'none'",
      },
      ({ service }) => [
        'frame: has no title: add one, for who hears the page',
        'frame: has no height: add height="480", or what is below it moves',
        'frame: its sandbox has no allow-same-origin: it is live only if the channel is open to all',
        `policy: frame-src blocks ${service}: add frame-src ${service}`,
      ],
    ],
    [
      'a page that comes as something else',
      { body: GOOD, headers: { 'content-type': 'text/plain' } },
      ({ page }) => [`page: ${page}/news comes as text/plain: browsers show a page only as text/html`],
    ],
    [
      'a ticker of a service that it was not told to ask',
      { body: () => GOOD('https://other.example') },
      () => [
        'channel en: is read from https://other.example, which was not asked: give --url https://other.example',
      ],
    ],
  ];
  it.each(wrong)('tells of %s', async (_name, page, failures) => {
    const found = await examine(page);
    expect(found.failures).toEqual(failures(found).map((line) => `FAIL  ${line}`));
    expect(found.exitCode).toBe(1);
  });

  it('shows the redirects that it followed, and gives up on a circle', async () => {
    const page = await start((response, request) => {
      if (request.url === '/there') return void response.writeHead(404).end('none');
      response.writeHead(302, { location: request.url === '/old' ? '/there' : '/circle' }).end();
    });
    const { stdout } = await runCommand(['doctor', 'embed', `${page}/old`]);
    expect(stdout).toContain(`FAIL  page: ${page}/old -> ${page}/there answered 404`);
    const { exitCode, stderr } = await runCommand(['doctor', 'embed', `${page}/circle`]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `newsline: ${page}/circle redirects to /circle, which is not followed\n`,
    });
  });

  it('reads no more of a page than it must, and nothing that is no address of the web', async () => {
    const page = await start((response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('x'.repeat(5_000_000)),
    );
    const { stderr } = await runCommand(['doctor', 'embed', page]);
    expect(stderr).toContain('the answer is larger than 4194304 bytes');
    const wrong = await runCommand(['doctor', 'embed', 'file:///etc/passwd']);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain('page: must be an http or https address');
  });

  it('tells of mixed content', async () => {
    const html = GOOD('http://news.example');
    const { stdout } = await runCommand(['doctor', 'embed', 'https://site.example/'], {
      fetch: async () => new Response(html, { headers: { 'content-type': 'text/html' } }),
    });
    expect(stdout).toContain(
      'FAIL  mixed content: the page is https, and http://news.example is not: browsers block it',
    );
  });
});
