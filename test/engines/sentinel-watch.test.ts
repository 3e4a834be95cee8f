/** Which primary sentinels speak for, where they disagree. */
import { describe, expect, it } from '@jest/globals';
import { choosePrimary } from '../../src/engines/redis/sentinel-watch.ts';

const naming = (port: number, election: number) => ({ primary: { host: '127.0.0.1', port }, election });
const [old, next] = [naming(1, 0), naming(2, 1)];

describe('the primary that sentinels speak for', () => {
  it('is that of the newest election, though only one knows of it yet', () => {
    expect(choosePrimary([old, next, old], 3, old)).toEqual(next);
    expect(choosePrimary([old, old, next], 3, undefined)).toEqual(next);
  });

  it('is not the old one again, though all who still answer were cut off with it', () => {
    expect(choosePrimary([old], 3, next)).toBeUndefined();
    expect(choosePrimary([old, old], 3, next)).toBeUndefined();
  });

  it('is of an older election where all of them say so: they were set up anew', () => {
    expect(choosePrimary([old, old, old], 3, next)).toEqual(old);
  });

  it('is, within one election, the one that most name, and the one we have where they are even', () => {
    expect(choosePrimary([naming(1, 4), naming(2, 4), naming(2, 4)], 3, naming(1, 4))).toEqual(naming(2, 4));
    expect(choosePrimary([naming(1, 4), naming(2, 4)], 3, naming(2, 4))).toEqual(naming(2, 4));
  });

  it('is unknown while no one answers', () => {
    expect(choosePrimary([], 3, next)).toBeUndefined();
  });
});
