/** The embed page and oEmbed at a real gateway: what stands in them, who may frame them, and that a kill is gone. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clockText as tickerClockText } from '../../../client-sdk/src/clock-text.ts';
import { words as az } from '../../../client-sdk/src/languages/az.ts';
import { words as ru } from '../../../client-sdk/src/languages/ru.ts';
import { words as tr } from '../../../client-sdk/src/languages/tr.ts';
import { english } from '../../../client-sdk/src/words.ts';
import { clockText } from '../../../src/domain/time.ts';
import { embedPage } from '../../../src/gateway/embed/embed-page.ts';
import { inventHeadline } from '../../client-sdk/invented-headlines.ts';
import { until } from '../../support/until.ts';
import { type GatewayService, startGatewayService } from '../gateway-service.ts';

const HOSTILE = `</script><script>alert(1)</script><!-- ]]> "'&amp; <img src=x onerror=alert(2)>`;
/** All that HTML gives a meaning. */
const escaped = (text: string) =>
  text.replace(
    /[&<>"']/g,
    (one) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[one]};`,
  );

let service: GatewayService;
beforeAll(async () => {
  service = await startGatewayService();
});
afterAll(() => service.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}${path}`, { headers: { 'cache-control': 'max-age=0', ...headers } });
const read = async (path: string) => (await get(path)).text();
/** A headline that the gateway shows by now. */
async function post(fields: object): Promise<string> {
  const { id, cursor } = await service.post(fields);
  await until(async () => (await read('/v1/channels/main/headlines')).includes(cursor));
  return id;
}
const dataOf = (html: string) => {
  const [, text = ''] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(text) as { itemListElement: { position: number; item: Record<string, unknown> }[] };
};

describe('the embed page', () => {
  it('holds the list as markup and as data, and whatever a title says stays text in both', async () => {
    await post({ id: 'plain', title: 'Порт открыт', language: 'ru', url: 'https://site.example/?a=1&b=2' });
    await post({ id: 'hostile', title: HOSTILE, labels: ['live'], source: HOSTILE, byline: HOSTILE });
    const html = await read('/embed/main?timeZone=Asia/Baku');
    expect(html).toContain(`<span class="title" lang="en" dir="auto">${escaped(HOSTILE)}</span>`);
    expect(html).toContain('href="https://site.example/?a=1&amp;b=2" lang="ru" dir="auto">Порт открыт</a>');
    expect(html).toMatch(/<time datetime="[\d-]+T[\d:.]+Z" title="Asia\/Baku">\d\d:\d\d \d\d\.\d\d\.\d{4}</);
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html.match(/<\/script/g)).toHaveLength(3);
    expect(html).not.toMatch(/<img|<style|style=|<script>|\bon\w+="/);
    const { itemListElement } = dataOf(html);
    expect(itemListElement.map(({ position, item }) => [position, item['@type'], item['headline']])).toEqual([
      [1, 'LiveBlogPosting', HOSTILE],
      [2, 'NewsArticle', 'Порт открыт'],
    ]);
  });

  it('shows no address that runs, whoever wrote it into the store', () => {
    const channel = { name: 'en', language: 'ar', timeZone: 'UTC' };
    const page = (url: string) =>
      embedPage({
        serviceUrl: 'https://news.example',
        channel,
        options: {},
        parents: [],
        headlines: [inventHeadline(1, { url })],
      });
    expect(page('https://site.example/a')).toContain('href="https://site.example/a"');
    expect(page('https://site.example/a')).toContain('<html lang="ar" dir="rtl">');
    for (const url of ['javascript:alert(1)', 'data:text/html,x', 'JAVASCRIPT:alert(1)', 'nonsense']) {
      expect(page(url)).toContain('<span class="title"');
    }
  });

  it('counts visits, and says of each headline what it is, as the ticker does', async () => {
    const words = { en: english, az, ru, tr };
    for (const [lang, said] of Object.entries(words)) {
      const html = embedPage({
        serviceUrl: 'https://news.example',
        channel: { name: 'en', language: 'en', timeZone: 'UTC' },
        options: { lang, utm: 'utm_source=a"b&utm_medium=web&other=1' },
        parents: [],
        headlines: [
          inventHeadline(2, { urgency: 1, labels: ['live', 'video'], url: 'https://site.example/?a=1' }),
          inventHeadline(1, { urgency: 3, labels: ['photo'], notice: 'The pier is another.' }),
        ],
      });
      expect(html).toContain('href="https://site.example/?a=1&amp;utm_source=a%22b&amp;utm_medium=web"');
      expect(html).toContain(`<title>${said.heading}: en</title>`);
      for (const [part, text] of [
        ['badge flash', said.flash],
        ['badge breaking', said.breaking],
        ['label live', said.labels.live],
        ['label photo', said.labels.photo],
        ['label video', said.labels.video],
      ]) {
        expect(html).toContain(`class="${part}">${text}</`);
      }
      expect(html).toContain(`<strong>${said.correction}:</strong> <span lang="en" dir="auto">The pier`);
    }
  });

  it('is gone with a kill at once, though it was at hand, and tells caches to ask each time', async () => {
    const id = await post({ title: 'Killed before long' });
    const first = await get('/embed/main?limit=3');
    expect(await first.text()).toContain('Killed before long');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    expect((await get('/embed/main?limit=3', { 'if-none-match': etag })).status).toBe(304);
    const { cursor } = await service.kill(id);
    await until(async () => (await read('/v1/channels/main/headlines')).includes(cursor));
    const after = await get('/embed/main?limit=3', { 'if-none-match': etag });
    expect(after.status).toBe(200);
    expect(await after.text()).not.toContain('Killed before long');
  });

  it('may be framed by the websites of its channel, and by no other', async () => {
    const policyOf = async () => (await get('/embed/main')).headers.get('content-security-policy');
    const { headers } = await get('/embed/main');
    expect(headers.get('x-frame-options')).toBeNull();
    const policy = await policyOf();
    expect(policy).toContain("default-src 'none';script-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(policy).toMatch(/;frame-ancestors 'self' https:\/\/site\.example$/);
    const etag = headers.get('etag');
    await service.engine.channels.update('main', { origins: ['*', 'https://a;sandbox', 'http://[::1]:80'] });
    service.gateway.refresh();
    await until(async () => (await policyOf())?.endsWith("frame-ancestors 'self' *") === true);
    // Told "not modified", a browser would keep the policy that it has.
    expect((await get('/embed/main')).headers.get('etag')).not.toBe(etag);
    await service.engine.channels.update('main', { origins: ['https://site.example'] });
    service.gateway.refresh();
    await until(async () => (await policyOf())?.endsWith('https://site.example') === true);
  });

  it('hands the element what the query says, and its colours to the sheet', async () => {
    const html = await read(
      '/embed/main?layout=rotator&limit=5&section=city&section=port&maxUrgency=3&timeZone=viewer' +
        '&days=true&utm=utm_source%3Dticker&theme=dark&heading=A%22B&lang=az&onAccent=fff&accent=00539B',
    );
    expect(html).toContain(
      '<news-ticker channel="main" layout="rotator" limit="5" section="city,port" max-urgency="3"' +
        ' time-zone="viewer" heading="A&quot;B" theme="dark" utm="utm_source=ticker" lang="az" days>',
    );
    expect(html).toContain('<html lang="az" dir="ltr" data-theme="dark">');
    expect(html).toContain('href="../embed.css?accent=00539B&amp;onAccent=fff"');
    const sheet = await get('/embed.css?accent=00539B&onAccent=fff');
    expect(await sheet.text()).toContain(':root { --newsline-accent:#00539B; --newsline-on-accent:#fff }');
  });

  it('says of a flag and of a direction what the element can say', async () => {
    const html = await read('/embed/main?zoneLabel=true&days=false&dir=auto&lang=ar');
    expect(html).toContain('<news-ticker channel="main" lang="ar" dir="auto" zone-label>');
    expect(html).toContain('<html lang="ar" dir="rtl">');
  });

  it('holds what its layout shows: a banner breaking news alone, ten headlines of other than a list', async () => {
    for (let sequence = 1; sequence <= 11; sequence += 1) await service.post({ title: `Calm ${sequence}` });
    await post({ id: 'breaking', title: 'Bridge closed', urgency: 3 });
    const linesOf = (html: string) => html.match(/<li /g)?.length;
    const banner = await read('/embed/main?layout=banner');
    expect(banner).toContain('Bridge closed');
    expect(banner).not.toContain('Calm');
    expect(linesOf(await read('/embed/main?layout=rotator'))).toBe(10);
    expect(linesOf(await read('/embed/main'))).toBeGreaterThan(10);
    expect(linesOf(await read('/embed/main?layout=banner&maxUrgency=9'))).toBe(10);
  });

  it.each([
    ['/embed/main?limit=101', 422, '<code>limit</code>: must be at most 100'],
    ['/embed/main?layout=crawl', 422, '<code>layout</code>: must be &quot;list&quot; or'],
    ['/embed/main?section=a,b', 422, '<code>section</code>: must not have a comma'],
    ['/embed/main?%3Cb%3E=1', 422, '<code>&lt;b&gt;</code>: is not a known field'],
    ['/embed/main?moreUrl=javascript:alert(1)', 422, '<code>moreUrl</code>: must be an http or https URL'],
    ['/embed/nowhere', 404, 'there is no channel &quot;nowhere&quot;'],
    ['/embed/%3Cscript%3E', 404, 'there is no channel &quot;&lt;script&gt;&quot;'],
  ])('says of %s in a page that may stand in a frame: %s', async (path, status, words) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'self' *");
    expect(await response.text()).toContain(words);
  });

  it('refuses a colour that is none, and so any other style', async () => {
    const { status } = await get('/embed.css?accent=red;}*{background:url(x)');
    expect(status).toBe(422);
  });

  it('writes times as the ticker writes them', () => {
    for (const zone of ['Asia/Baku', 'America/St_Johns', 'Asia/Kathmandu', 'UTC', 'Europe/London']) {
      for (let hour = 0; hour < 9_000; hour += 31) {
        const instant = new Date(Date.UTC(2015, 0, 1, hour, hour % 60)).toISOString();
        expect(clockText(instant, zone)).toBe(tickerClockText(instant, zone));
      }
    }
  });
});

describe('oEmbed', () => {
  const ask = (url: string, more = '') => get(`/oembed?url=${encodeURIComponent(url)}${more}`);

  it('is found and read by the rules of WordPress', async () => {
    const page = await read('/embed/main?section=a%26b&heading=%3CWar%3E+%22%26%22');
    // As WP_oEmbed::discover does it: 150 KB, the head alone, one pattern for links.
    const head = page.slice(0, 153_600).split(/<\/head>/i)[0] ?? '';
    const links = [...head.matchAll(/<link([^<>]+)\/?>/gi)].map(
      ([, text = '']) =>
        new Map(
          [...text.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
        ),
    );
    const link = links.find((one) => one.get('type') === 'application/json+oembed');
    expect(links.map((one) => one.get('type'))).toContain('text/xml+oembed');
    const endpoint = new URL((link?.get('href') ?? '').replaceAll('&amp;', '&'));
    endpoint.searchParams.set('maxwidth', '500');
    endpoint.searchParams.set('maxheight', '750');
    endpoint.searchParams.set('dnt', '1');
    const response = await fetch(endpoint);
    expect(response.headers.get('content-type')).toContain('application/json');
    const oEmbed = (await response.json()) as Record<string, unknown>;
    expect(oEmbed).toMatchObject({
      version: '1.0',
      type: 'rich',
      title: '<War> "&"',
      width: 500,
      height: 480,
    });
    // As wp_filter_oembed_result does it for providers it does not know.
    const [frame] = /<iframe.*?><\/iframe>/s.exec(String(oEmbed['html'])) ?? [];
    expect(frame).toBe(oEmbed['html']);
    expect(frame).toContain('title="&lt;War&gt; &quot;&amp;&quot;"');
    const [, source = ''] = / src="(.*?)"/.exec(frame ?? '') ?? [];
    expect(await (await fetch(source.replaceAll('&amp;', '&'))).text()).toContain('section="a&amp;b"');
  });

  it('says the same in XML', async () => {
    const url = `${service.url}/embed/main?heading=%3C%26%3E&layout=marquee`;
    const json = (await (await ask(url)).json()) as Record<string, unknown>;
    const response = await ask(url, '&format=xml');
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    const xml = await response.text();
    expect(xml).toMatch(/^<\?xml version="1\.0" encoding="utf-8" standalone="yes"\?>\n<oembed>/);
    for (const [name, value] of Object.entries(json)) {
      expect(xml).toContain(`<${name}>${escaped(String(value))}</${name}>`);
    }
  });

  it.each([
    ['http://elsewhere.example/embed/main', 404],
    ['/embed/nowhere', 404],
    ['/embed/main/more', 404],
    ['/embed/main?limit=0', 404],
    ['/', 404],
    ['javascript:alert(1)', 404],
    ['', 422],
  ])('answers for %j with %i', async (path, status) => {
    const response = await ask(path.startsWith('/') ? `${service.url}${path}` : path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('speaks no other format, and is no higher and wider than asked', async () => {
    const url = `${service.url}/embed/main`;
    expect((await ask(url, '&format=yaml')).status).toBe(501);
    expect((await ask(url, '&maxwidth=0')).status).toBe(422);
    expect(await (await ask(url, '&maxwidth=90&maxheight=80')).json()).toMatchObject({
      width: 90,
      height: 80,
    });
  });
});
