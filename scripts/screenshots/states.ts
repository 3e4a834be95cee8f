/** States: what a ticker looks like besides a list that is there: before, behind, held, empty, with what happened to its lines. */
import type { Browser, BrowserContext } from 'playwright-core';
import { ADMIN_KEY } from '../../test/support/newsline-process.ts';
import { openNewsroom } from '../../test/support/newsroom.ts';
import type { Picture } from './contact-sheet.ts';
import { FLASHES, inventNews, KILL_NOTICE, LANGUAGES, type Language } from './invented-news.ts';
import type { NewsroomDay } from './newsroom-day.ts';
import { type Scene, type SceneLook, setScene } from './scene.ts';

const list = (channel: string, more = '') =>
  `<news-ticker channel="${channel}" limit="5" ${more}></news-ticker>`;
/** By name: those that the documentation shows. */
export const KEPT_STATES: readonly string[] = [
  'loading, light',
  'paused, new headlines wait, light',
  'a flash, dark',
  'taken away, with a notice',
  'earlier stories opened',
  'reconnecting',
  'times relative, days apart, newsroom’s zone: az',
  'theme transparent',
];

const never = (context: BrowserContext) => context.route('**/v1/**', () => {});
/** Neither WebSockets nor server-sent events come through. */
const onlyLists = async (context: BrowserContext) => {
  await context.routeWebSocket(/./, (socket) => void socket.close());
  await context.route('**/stream*', (route) => route.abort());
};

export async function pictureStates(browser: Browser, day: NewsroomDay): Promise<Picture[]> {
  const pictures: Picture[] = [];
  const take = async (name: string, look: SceneLook, act?: (scene: Scene) => Promise<unknown>) => {
    const scene = await setScene(browser, day, look);
    await act?.(scene);
    pictures.push({ name, png: await scene.picture() });
    await scene.close();
  };
  let channels = 0;
  /** A channel that the scene may change. */
  const ownChannel = async (language: Language = 'en') => {
    channels += 1;
    const name = `scene-${channels}`;
    await day.open(name, language);
    return { name, newsroom: openNewsroom(day.url, name, ADMIN_KEY) };
  };
  const told = (scene: Scene, words: string) =>
    scene.ticker.locator('[part="state"]', { hasText: words }).waitFor();

  for (const theme of ['light', 'dark'] as const) {
    await take(
      `loading, ${theme}`,
      {
        body: `${list('en')}${list('en', 'layout="marquee"')}${list('en', 'layout="rotator"')}<news-ticker channel="en" layout="banner"></news-ticker>`,
        theme,
        isUnloaded: true,
        prepare: async (context) => {
          await context.routeWebSocket(/./, () => {});
          await never(context);
        },
      },
      ({ page }) =>
        page
          .waitForLoadState('networkidle')
          .then(() => page.locator('news-ticker [part="pause"]').nth(3).waitFor()),
    );
  }
  await take('before the script: the page’s own list', {
    body: `<news-ticker channel="en" limit="5"><ol>${inventNews('en')
      .slice(0, 5)
      .map(({ title }) => `<li>${title}</li>`)
      .join('')}</ol></news-ticker>`,
    isUnloaded: true,
    prepare: (context) => context.route('**/newsline.js', () => {}),
  });
  await day.open('empty', 'en', []);
  await take('no headlines yet', {
    body: `${list('empty', 'more-url="https://news.example/"')}${list('empty', 'layout="marquee"')}${list('empty', 'layout="rotator"')}<p>The banner:</p><news-ticker channel="empty" layout="banner"></news-ticker>`,
  });

  for (const theme of ['light', 'dark'] as const) {
    const { name, newsroom } = await ownChannel();
    await take(`paused, new headlines wait, ${theme}`, { body: list(name), theme }, async ({ ticker }) => {
      await ticker.locator('[part="pause"]').click();
      for (const at of [1, 2, 3])
        await newsroom.post({ title: `Sirens in harbour district ${at}`, language: 'en' });
      await ticker.locator('[part="pill"]', { hasText: '3' }).waitFor();
    });
  }
  {
    const { name, newsroom } = await ownChannel();
    const tickers = ['list', 'marquee', 'rotator']
      .map((layout) => list(name, `layout="${layout}" lang="ru"`))
      .join('');
    await take('new headlines wait, all layouts', { body: tickers }, async ({ page }) => {
      for (const pause of await page.locator('news-ticker [part="pause"]').all()) await pause.click();
      for (const at of [1, 2, 3])
        await newsroom.post({ title: `Sirens in harbour district ${at}`, language: 'en' });
      for (const pill of await page.locator('news-ticker [part="pill"]').all()) await pill.waitFor();
      await page.locator('news-ticker [part="pill"]').nth(2).waitFor();
    });
  }
  {
    const { name, newsroom } = await ownChannel();
    await take(
      'new headlines wait, wide',
      { body: list(name, 'layout="marquee" more-url="https://news.example/"'), width: 900 },
      async ({ ticker }) => {
        await ticker.locator('[part="pause"]').click();
        await newsroom.post({ title: 'Sirens in harbour district', language: 'en' });
        await ticker.locator('[part="pill"]').waitFor();
      },
    );
  }
  for (const theme of ['light', 'dark'] as const) {
    const { name, newsroom } = await ownChannel();
    const more = `<news-ticker channel="${name}" layout="banner" max-urgency="3"></news-ticker><news-ticker channel="${name}" layout="marquee"></news-ticker><news-ticker channel="${name}" layout="rotator"></news-ticker>`;
    await take(`a flash, ${theme}`, { body: list(name) + more, theme }, async ({ page }) => {
      await newsroom.post({
        title: FLASHES.en,
        language: 'en',
        urgency: 1,
        url: 'https://news.example/tsunami',
      });
      await page.locator('news-ticker [part="headline flash"]').nth(2).waitFor();
      await page.waitForTimeout(900);
    });
  }
  {
    const { name, newsroom } = await ownChannel();
    await take(
      'taken away, with a notice',
      { body: list(name, 'retractions="notice"') },
      async ({ ticker, page }) => {
        await newsroom.kill('budget', KILL_NOTICE);
        await newsroom.kill('museum');
        await ticker.locator('[part="headline withdrawn"]').nth(1).waitFor();
        await page.waitForTimeout(600);
      },
    );
  }
  await take(
    'earlier stories opened',
    { body: '<news-ticker channel="en" limit="10"></news-ticker>' },
    async ({ ticker, page }) => {
      await ticker.locator('[part="earlier-count"]').click();
      await page.mouse.move(0, 0);
      await page.waitForTimeout(300);
    },
  );
  await take(
    'focus',
    {
      body:
        list('en') +
        list('en', 'layout="rotator"') +
        '<news-ticker channel="en" layout="banner" max-urgency="3"></news-ticker>',
    },
    async ({ page }) => {
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
    },
  );
  await take(
    'delayed: only lists come through',
    { body: list('en'), prepare: onlyLists, isUnloaded: true },
    (scene) => told(scene, 'Delayed'),
  );
  await take(
    'reconnecting',
    {
      body: list('en', 'zone-label'),
      prepare: async (context) => {
        const sockets: { close(): unknown }[] = [];
        await context.routeWebSocket(/./, (socket) => {
          if (sockets.length > 0) return;
          const server = socket.connectToServer();
          sockets.push(socket);
          setTimeout(() => {
            void socket.close();
            server.close();
          }, 1_500);
        });
        await context.route('**/stream*', (route) => route.abort());
      },
      isUnloaded: true,
    },
    (scene) => told(scene, 'Reconnecting'),
  );
  await take('offline, Azerbaijani', { body: list('az'), language: 'az' }, async (scene) => {
    await scene.page.context().setOffline(true);
    await scene.page.waitForTimeout(500);
  });
  for (const language of LANGUAGES) {
    if (language === 'ar') continue;
    await take(`times relative, days apart, newsroom’s zone: ${language}`, {
      body: `<news-ticker channel="${language}" limit="10" times="relative" days zone-label time-zone="America/New_York" style="--newsline-height: 52em"></news-ticker>`,
      language,
      theme: language === 'az' ? 'dark' : 'light',
    });
  }
  const sunset = 'body { background: #35506e; color-scheme: dark; color: #fff; }';
  await take('theme transparent', {
    body:
      list('en', 'theme="transparent"') +
      list('en', 'theme="transparent" layout="marquee"') +
      '<news-ticker channel="en" theme="transparent" layout="banner" max-urgency="3"></news-ticker>',
    style: sunset,
  });
  return pictures;
}
