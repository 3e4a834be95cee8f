/** Channel endpoints: their settings, for those who administer them; to create one takes the right to all. */
import { mayDo } from '../domain/api-key.ts';
import { parseChannel, parseChannelPatch } from '../domain/channel.ts';
import { CHANNEL_LIMIT, type ChannelStore } from '../domain/engine.ts';
import { accepted, refused } from '../protocol/refusal.ts';
import { type Endpoint, unknownChannel } from './endpoint.ts';

export interface ChannelEndpointsOptions {
  readonly channels: ChannelStore;
  /** IANA zone of channels created without one. */
  readonly timeZone: string;
  readonly onChannelsChanged: () => void;
}

const COLLECTION = '/v1/channels';
const ITEM = `${COLLECTION}/:channel`;

export function channelEndpoints({
  channels,
  timeZone,
  onChannelsChanged,
}: ChannelEndpointsOptions): readonly Endpoint[] {
  return [
    {
      method: 'get',
      path: COLLECTION,
      scope: 'admin',
      on: 'any',
      async handle({ key }) {
        const all = await channels.list();
        const isOwn = (name: string) => mayDo(key, 'admin', name);
        const own = all.channels.filter(({ name }) => isOwn(name));
        const unknown = all.unknown.filter(isOwn);
        return accepted({ status: 200, body: { channels: own, ...(unknown.length > 0 && { unknown }) } });
      },
    },
    {
      method: 'post',
      path: COLLECTION,
      scope: 'admin',
      on: 'all',
      body: 'needed',
      async handle({ body }) {
        const channel = parseChannel(body, { timeZone });
        if (!channel.ok) return channel;
        const { name } = channel.value;
        const all = await channels.list();
        const names = [...all.channels.map((other) => other.name), ...all.unknown];
        const isKnown = names.includes(name);
        if (!isKnown && names.length >= CHANNEL_LIMIT) {
          const message = `there can be ${CHANNEL_LIMIT} channels; delete one first`;
          return refused({ code: 'limit-reached', message });
        }
        if (isKnown || !(await channels.create(channel.value))) {
          return refused({ code: 'channel-exists', message: `name: there is a channel ${name} already` });
        }
        onChannelsChanged();
        const headers = { location: `${COLLECTION}/${name}` };
        return accepted({ status: 201, headers, body: { channel: channel.value } });
      },
    },
    {
      method: 'get',
      path: ITEM,
      scope: 'admin',
      on: 'channel',
      async handle({ channel }) {
        return accepted({ status: 200, body: { channel } });
      },
    },
    {
      method: 'patch',
      path: ITEM,
      scope: 'admin',
      on: 'channel',
      body: 'needed',
      async handle({ channel: { name }, body }) {
        const settings = parseChannelPatch(body);
        if (!settings.ok) return settings;
        const channel = await channels.update(name, settings.value);
        if (!channel) return refused(unknownChannel(name));
        onChannelsChanged();
        return accepted({ status: 200, body: { channel } });
      },
    },
    {
      method: 'delete',
      path: ITEM,
      scope: 'admin',
      on: 'channel',
      async handle({ channel: { name } }) {
        if (!(await channels.delete(name))) return refused(unknownChannel(name));
        onChannelsChanged();
        return accepted({ status: 204 });
      },
    },
  ];
}
