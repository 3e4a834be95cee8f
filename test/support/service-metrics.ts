/** Service metrics: what `/metrics` says, by name and labels. */
export interface ServiceMetrics {
  /** @param name as it stands there, labels and all: `newsline_refusals_total{code="bad-cursor"}`. 0 where there is none. */
  value(name: string): number;
}

export async function readMetrics(url: string): Promise<ServiceMetrics> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = new Map(
    text.split('\n').map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
  return { value: (name) => values.get(name) ?? 0 };
}

export const ended = (reason: string): string => `newsline_connections_ended_total{reason="${reason}"}`;
export const refused = (code: string): string => `newsline_refusals_total{code="${code}"}`;
