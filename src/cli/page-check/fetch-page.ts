/** Fetch page: the page that a person names, with the redirects on the way; bounded in size, time and hops. */
import { CommandError } from '../command-error.ts';
import { readText, reasonOf } from '../service-client.ts';

export interface FetchedPage {
  /** Where it was found in the end. */
  readonly url: URL;
  /** Where it was looked for before, in order. */
  readonly redirects: readonly URL[];
  readonly status: number;
  readonly contentType: string;
  /** All policies of its header fields, parted by commas. */
  readonly policy: string;
  readonly html: string;
}

export interface FetchPageOptions {
  readonly fetch?: typeof fetch | undefined;
  readonly signal?: AbortSignal | undefined;
  /** @default 20000 */
  readonly timeoutMs?: number;
  /** @default 4194304 */
  readonly limitBytes?: number;
}

const REDIRECT_LIMIT = 5;

/** @throws CommandError where it cannot be had. */
export async function fetchPage(
  address: URL,
  { fetch: send = fetch, signal, timeoutMs = 20_000, limitBytes = 4_194_304 }: FetchPageOptions = {},
): Promise<FetchedPage> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const ending = signal ? AbortSignal.any([signal, deadline]) : deadline;
  const redirects: URL[] = [];
  for (let url = address; ; ) {
    try {
      const response = await send(url, {
        redirect: 'manual',
        signal: ending,
        headers: { accept: 'text/html' },
      });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) {
        return {
          url,
          redirects,
          status: response.status,
          contentType: response.headers.get('content-type') ?? '',
          policy: response.headers.get('content-security-policy') ?? '',
          html: await readText(response, limitBytes),
        };
      }
      await response.body?.cancel();
      redirects.push(url);
      const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
      if (!target || !/^https?:$/.test(target.protocol) || redirects.length > REDIRECT_LIMIT) {
        throw new CommandError('failed', `${url} redirects to ${location}, which is not followed`);
      }
      url = target;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError('unreachable', `cannot reach ${url} (${reasonOf(error)})`, { cause: error });
    }
  }
}
