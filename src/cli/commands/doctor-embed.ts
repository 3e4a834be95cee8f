/**
 * `newsline doctor embed`: what is wrong with the ticker on a page, one line for each check.
 *
 * It fetches the page that is named, and asks the service that is named; nothing that the page itself names.
 */
import type { Command } from 'commander';
import type { Finding } from '../../domain/engine.ts';
import { CommandError } from '../command-error.ts';
import { examinePage, type ShownChannel } from '../page-check/examine-page.ts';
import { fetchPage } from '../page-check/fetch-page.ts';
import { isObject, refusedBy, type ServiceClient } from '../service-client.ts';
import type { CommandContext } from './command-context.ts';
import { printFindings } from './print-findings.ts';
import { openService, withService } from './service-options.ts';

export function addDoctorEmbedCommand(doctor: Command, context: CommandContext): void {
  withService(
    doctor
      .command('embed')
      .argument('<page>', 'address of a page that shows the ticker')
      .description('look at a page, and say what keeps the ticker from showing and what to do'),
  ).action(async (address: string, _options: unknown, command: Command) => {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) {
      throw new CommandError('usage', 'page: must be an http or https address, as https://site.example/news');
    }
    await printFindings(examine(url, openService(command, context), context), context);
  });
}

async function* examine(
  address: URL,
  client: ServiceClient,
  { fetch, signal }: CommandContext,
): AsyncGenerator<Finding> {
  const page = await fetchPage(address, { fetch, signal });
  const { findings, channels, imagesBlocked } = examinePage(page, new URL(client.url));
  yield* findings;
  for (const channel of channels) {
    const { finding, images } = await askForChannel(channel, page.url.origin, client);
    yield finding;
    if (!channel.isFramed) yield* imagesBlocked(images);
  }
}

/** Whether the page may read the channel, asked as its readers' browsers ask. */
async function askForChannel(
  { name, service, isFramed }: ShownChannel,
  origin: string,
  client: ServiceClient,
): Promise<{ finding: Finding; images: readonly string[] }> {
  const subject = `channel ${name}`;
  const failed = (detail: string) => ({ finding: { ok: false, subject, detail }, images: [] });
  if (service.origin !== new URL(client.url).origin) {
    return failed(`is read from ${service.origin}, which was not asked: give --url ${service.origin}`);
  }
  const query = new URLSearchParams({ last: '20' });
  const path = ['v1', 'channels', name, 'headlines'];
  const answer = await client.ask({ path, query, headers: { origin } });
  const missing = `there is none at ${client.url}: check the name`;
  if (answer.status === 404) return failed(missing);
  if (answer.status === 403) {
    // What is not there is denied too: only who has a key may know.
    const { status, body } = await client.ask({ path: ['v1', 'channels'] });
    const channels = status === 200 && isObject(body) && Array.isArray(body['channels']) && body['channels'];
    if (channels && !channels.some((one) => isObject(one) && one['name'] === name)) return failed(missing);
    const what = isFramed ? 'show it in a frame' : 'read it';
    return failed(`${origin} may not ${what}: newsline channel update ${name} --add-origin ${origin}`);
  }
  if (answer.status !== 200) return failed(refusedBy(client.url, answer).message);
  const headlines =
    isObject(answer.body) && Array.isArray(answer.body['headlines']) ? answer.body['headlines'] : [];
  const images = headlines.flatMap((headline: unknown) => {
    const image = isObject(headline) ? headline['image'] : undefined;
    return isObject(image) && typeof image['url'] === 'string' ? [image['url']] : [];
  });
  return { finding: { ok: true, subject, detail: `${origin} may read it` }, images };
}
