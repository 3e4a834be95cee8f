/** Newsroom day: a running service whose channels hold the invented news, one channel a language. */
import { type Deployment, deployEmbedded } from '../../test/support/deployment.ts';
import { ADMIN_KEY } from '../../test/support/newsline-process.ts';
import { openNewsroom } from '../../test/support/newsroom.ts';
import { type Invented, inventNews, LANGUAGES, type Language } from './invented-news.ts';
import { openWebsite, type Website } from './website.ts';

export interface NewsroomDay {
  /** Of the service. */
  readonly url: string;
  /** May read every channel. */
  readonly website: Website;
  /** Makes one more channel, with the news of a language in it, for a scene that changes them. */
  open(channel: string, language: Language, news?: readonly Invented[]): Promise<void>;
  close(): Promise<void>;
}

export async function beginNewsroomDay(): Promise<NewsroomDay> {
  const website = await openWebsite();
  const service: Deployment = await deployEmbedded(['--origins', website.url]);
  const { url } = service.ingest;

  async function open(channel: string, language: Language, news = inventNews(language)): Promise<void> {
    const response = await fetch(`${url}/v1/channels`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: channel, language, timeZone: 'Asia/Baku' }),
    });
    // The first start made one: its language is that of the service.
    if (!response.ok && response.status !== 409) throw new Error(`${channel}: ${await response.text()}`);
    const newsroom = openNewsroom(url, channel);
    for (const { before, notice, picture, minutesAgo, ...story } of [...news].reverse()) {
      const publishedAt = new Date(Date.now() - minutesAgo * 60_000).toISOString();
      const image = picture !== undefined && {
        image: { url: `${website.url}/picture-${picture}.svg`, width: 1200, height: 800 },
      };
      const link = `https://news.example/${story.id}`;
      await newsroom.post({
        ...story,
        title: before ?? story.title,
        language,
        publishedAt,
        url: link,
        ...image,
      });
      if (before !== undefined) await newsroom.correct(story.id, { title: story.title, notice });
    }
  }

  for (const language of LANGUAGES) await open(language, language);
  await open('main', 'en');
  return {
    url,
    website,
    open,
    async close() {
      await service.stop();
      await website.close();
    },
  };
}
