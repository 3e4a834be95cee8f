/**
 * <news-ticker> as a module: importing it registers the element. On a server it does nothing.
 */
import { NewsTickerElement, type NewsTickerEventMap } from './news-ticker-element.ts';
import { registerNewsTicker } from './register-news-ticker.ts';

export { NewsTickerElement, type NewsTickerEventMap };

declare global {
  interface HTMLElementTagNameMap {
    'news-ticker': NewsTickerElement;
  }
  interface HTMLElementEventMap extends NewsTickerEventMap {}
  /** They bubble: one listener hears all tickers of a page. */
  interface DocumentEventMap extends NewsTickerEventMap {}
}

registerNewsTicker();
