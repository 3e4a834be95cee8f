/** Contact sheet: several pictures in one, each with its name, laid out by the browser. */
import type { Browser } from 'playwright-core';

export interface Picture {
  readonly name: string;
  readonly png: Buffer;
}

export interface SheetLook {
  /** CSS pixels. */
  readonly width: number;
  /** Pictures beside each other; as many as have room where missing. */
  readonly columns?: number;
  /** Of each picture's own pixels. @default 1 */
  readonly scale?: number;
}

const STYLE = `
body { margin: 0; padding: 16px; background: #d9d5cb; font: 600 13px/1.4 system-ui, sans-serif; color: #33302a; }
main { display: flex; flex-wrap: wrap; gap: 16px; align-items: start; }
main.columns { display: grid; }
figure { margin: 0; }
figcaption { margin-bottom: 4px; }
img { display: block; }`;

export async function makeContactSheet(
  browser: Browser,
  pictures: readonly Picture[],
  { width, columns, scale = 1 }: SheetLook,
): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width, height: 200 } });
  const figures = pictures.map(
    ({ name, png }) =>
      `<figure><figcaption>${name}</figcaption><img src="data:image/png;base64,${png.toString('base64')}"></figure>`,
  );
  const grid =
    columns === undefined
      ? ''
      : ` class="columns" style="grid-template-columns: repeat(${columns}, max-content)"`;
  await page.setContent(`<!doctype html><style>${STYLE}</style><main${grid}>${figures.join('')}</main>`);
  await page.evaluate(async (factor) => {
    const images = [...document.images];
    await Promise.all(images.map((image) => image.decode()));
    for (const image of images) image.width = Math.round(image.naturalWidth * factor);
  }, scale);
  const png = await page.screenshot({ fullPage: true });
  await page.close();
  return png;
}
