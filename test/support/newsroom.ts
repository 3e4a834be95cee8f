/** Newsroom: writes to a service as a CMS would. */
import { ADMIN_KEY } from './newsline-process.ts';

interface Written {
  readonly status: number;
  readonly body: Record<string, unknown>;
  /** Id of the headline, and the cursor of the change, where there are. */
  readonly id: string;
  readonly cursor: string;
}

export interface Newsroom {
  post(fields: object): Promise<Written>;
  /** The CMS's own way: id and version are its own. */
  put(id: string, version: number, fields: object): Promise<Written>;
  correct(id: string, fields: object): Promise<Written>;
  kill(id: string, notice?: string): Promise<Written>;
}

export function openNewsroom(url: string, channel = 'main', key = ADMIN_KEY): Newsroom {
  const headlines = `${url}/v1/channels/${channel}/headlines`;

  async function write(method: string, address: string, body: object): Promise<Written> {
    const response = await fetch(address, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${JSON.stringify(answer)}`);
    const headline = answer['headline'] as { id?: string } | undefined;
    return {
      status: response.status,
      body: answer,
      id: String(headline?.id ?? answer['id']),
      cursor: String(answer['cursor']),
    };
  }

  const at = (id: string) => `${headlines}/${encodeURIComponent(id)}`;
  return {
    post: (fields) => write('POST', headlines, fields),
    put: (id, version, fields) => write('PUT', at(id), { version, ...fields }),
    correct: (id, fields) => write('PATCH', at(id), { change: 'corrected', ...fields }),
    kill: (id, notice) => write('DELETE', at(id), notice === undefined ? {} : { notice }),
  };
}
