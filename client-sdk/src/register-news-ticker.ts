/**
 * Registers <news-ticker>, once, however often a page loads it; does nothing where there are no elements.
 */
import { NewsTickerElement } from './news-ticker-element.ts';

export function registerNewsTicker(): void {
  if (globalThis.customElements && !customElements.get('news-ticker')) {
    customElements.define('news-ticker', NewsTickerElement);
  }
}
