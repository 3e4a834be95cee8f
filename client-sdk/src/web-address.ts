/** @returns the address where a reader may follow it: http or https, nothing that runs; else undefined. */
export function webAddress(text: string | null | undefined, base?: string): string | undefined {
  if (!text || !URL.canParse(text, base)) return undefined;
  const { protocol, href } = new URL(text, base);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}
