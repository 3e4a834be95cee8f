/** Web address: where a link may lead, and what a site adds to it to count its visits. One rule for the ticker and for the list that the service writes. */

/** @returns the address where a reader may follow it: http or https, nothing that runs; else undefined. */
export function webAddress(text: string | null | undefined, base?: string): string | undefined {
  if (!text || !URL.canParse(text, base)) return undefined;
  const { protocol, href } = new URL(text, base);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/**
 * Adds what the site counts its visits by; what the address has already stays as it is.
 *
 * @param utm parameters as a query; those that do not begin with `utm_` are left out.
 */
export function withCampaign(address: string | undefined, utm: string | undefined): string | undefined {
  if (address === undefined || !utm) return address;
  const url = new URL(address);
  const added = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(utm)) {
    if (name.startsWith('utm_') && !url.searchParams.has(name)) added.append(name, value);
  }
  // Not by the parameters of the address itself, which would write those anew, in another form.
  if (added.size > 0) url.search += (url.search ? '&' : '?') + added;
  return url.href;
}
