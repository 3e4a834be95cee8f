/** The fake service by itself: nothing in it waits, and what a test gets wrong is said. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { connect } from '../../client-sdk/src/index.ts';
import { createFakeService } from '../../client-sdk/src/testing.ts';

describe('the fake service', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.UTC(2024, 3, 24, 8) });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is heard before the call returns, and needs no time to pass', async () => {
    const service = createFakeService({ headlines: [{ title: 'Older' }, { title: 'Newer' }] });
    const ticker = connect({ url: service.url, channel: 'main', WebSocket: service.WebSocket });
    await service.connected();
    expect(ticker.headlines.map(({ title }) => title)).toEqual(['Newer', 'Older']);
    const { id } = service.publish({ title: 'Now' });
    expect(ticker.headlines[0]).toEqual({
      id,
      version: 1,
      sequence: 3,
      title: 'Now',
      language: 'en',
      urgency: 5,
      publishedAt: '2024-04-24T08:00:00.000Z',
      updatedAt: '2024-04-24T08:00:00.000Z',
    });
    service.retract(id);
    expect(ticker.headlines).toEqual(service.headlines);
    ticker.close();
    expect(service.connections).toBe(0);
  });

  it('keeps a goodbye for as long as it says, and lets nobody in while it is out of reach', async () => {
    const service = createFakeService();
    const ticker = connect({
      url: service.url,
      channel: 'main',
      WebSocket: service.WebSocket,
      fallback: false,
      random: () => 0.5,
    });
    await service.connected();
    service.goodbye(3_000);
    await jest.advanceTimersByTimeAsync(2_999);
    expect([ticker.status, service.connections]).toEqual(['reconnecting', 0]);
    service.isReachable = false;
    await jest.advanceTimersByTimeAsync(1);
    expect([ticker.status, service.connections]).toEqual(['reconnecting', 0]);
    service.isReachable = true;
    await jest.advanceTimersByTimeAsync(500);
    expect([ticker.status, service.connections]).toEqual(['live', 1]);
    ticker.close();
  });

  it('keeps channels apart', async () => {
    const service = createFakeService({ channel: 'en' });
    const az = service.addChannel('az', {
      headlines: [{ title: 'Xəbər', language: 'az' }],
      timeZone: 'Asia/Baku',
    });
    const ticker = connect({ url: service.url, channel: 'az', WebSocket: service.WebSocket });
    await service.connected();
    service.publish({ title: 'News' });
    az.publish({ title: 'Yeni', language: 'az' });
    expect(ticker.headlines.map(({ title }) => title)).toEqual(['Yeni', 'Xəbər']);
    expect(ticker.timeZone).toBe('Asia/Baku');
    expect(() => service.addChannel('az')).toThrow('already');
    ticker.close();
  });

  it('throws where a test writes what the service would refuse', () => {
    const service = createFakeService();
    const { id } = service.publish({ title: 'One' });
    expect(() => service.publish({ id, title: 'One again' })).toThrow('published already');
    expect(() => service.publish({ title: '' })).toThrow('1 to 300');
    expect(() => service.correct('other', { title: 'Two' })).toThrow('no headline other');
    service.retract(id);
    expect(() => service.retract(id)).toThrow('already');
    expect(() => service.publish({ id, title: 'Back' })).toThrow('final');
  });
});
