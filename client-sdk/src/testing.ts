/**
 * The door of `@newsline/client/testing`: a service that is none, so that sites test their pages without one.
 * It passes the contract of the real service for what it covers (test/contracts/reader-contract.ts).
 */
export type {
  FakeChannel,
  FakeChannelOptions,
  FakeCorrection,
  FakeHeadline,
} from './testing/fake-channel.ts';
export { createFakeService, type FakeService, type FakeServiceOptions } from './testing/fake-service.ts';
export type { FakeWebSocket } from './testing/fake-socket.ts';
