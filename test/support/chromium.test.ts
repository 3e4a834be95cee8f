import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { findChromium } from './chromium.ts';

describe('finding Chromium', () => {
  it('takes the program that is named before any in PATH', () => {
    expect(findChromium({ NEWSLINE_CHROMIUM: process.execPath, PATH: '/usr/bin' })).toBe(process.execPath);
  });

  it('says what to install where there is none', () => {
    expect(() => findChromium({ PATH: '/nowhere' })).toThrow(/apt-get install chromium/);
  });

  it('names the setting where that is wrong', () => {
    expect(() => findChromium({ NEWSLINE_CHROMIUM: '/nowhere/chromium' })).toThrow(
      /NEWSLINE_CHROMIUM is \/nowhere/,
    );
  });
});
