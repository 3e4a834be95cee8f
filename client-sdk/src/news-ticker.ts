/**
 * <news-ticker> as a module: importing it registers the element. On a server it does nothing.
 */
import { NewsTickerElement, type NewsTickerEventMap } from './news-ticker-element.ts';
import { registerNewsTicker } from './register-news-ticker.ts';

export { NewsTickerElement, type NewsTickerEventMap };

declare global {
  interface HTMLElementTagNameMap {
    /**
     * A live list of a channel's headlines. All attributes are live, and none is needed but `channel`.
     *
     * @attr channel - Channel to follow
     * @attr src - Base of the service, as `https://news.example`; default the script's origin, or the page's
     * @attr {list | marquee | rotator | banner} [layout=list] - How the headlines are shown; those other than the list are loaded when wanted
     * @attr {number} [limit=20] - Headlines on show, 1 to 100; 10 by default in layouts that show one at a time
     * @attr section - Only headlines of these sections, separated by commas
     * @attr language - Only headlines in these languages (BCP 47), separated by commas
     * @attr tag - Only headlines with one of these tags, separated by commas
     * @attr {number} max-urgency - Only headlines as urgent as this, 1 to 9: 1 lets only flashes pass, 3 breaking news too
     * @attr time-zone - IANA zone of the times, or `viewer`; default the newsroom's
     * @attr {boolean} zone-label - Says whose clock the times are of, where it is not the viewer's
     * @attr {clock | relative} [times=clock] - What the clock showed, or how long ago it was
     * @attr {boolean} days - Sets the days apart, in the list
     * @attr more-url - Where the "All" link leads; no link without
     * @attr heading - Name over the headlines; default in the ticker's language
     * @attr {light | dark | transparent} theme - Default as the browser's colour scheme
     * @attr {silent | notice} [retractions=silent] - Whether what is taken away is told of for a while
     * @attr utm - Parameters added to the links, as `utm_source=ticker`
     * @attr lang - Language of the ticker's own words; default that of the page around it
     * @attr {ltr | rtl | auto} dir - Which way the ticker runs; default as its own words
     *
     * @fires {CustomEvent<TickerEvents['headline']>} newsline:headline - A headline came or was altered, on show or not
     * @fires {CustomEvent<TickerEvents['retraction']>} newsline:retraction - A headline was killed, or left the filter
     * @fires {CustomEvent<TickerEvents['status']>} newsline:status - The connection is another than before
     * @fires {CustomEvent<{ headline: Headline }>} newsline:click - A link is about to be followed; cancelling it keeps the browser where it is
     *
     * @slot - Seen until the first list has come, and where no script runs
     *
     * @csspart ticker - The whole
     * @csspart header - What stands over the headlines
     * @csspart heading - Name of the ticker
     * @csspart state - What is said while the list may be behind
     * @csspart controls - The buttons
     * @csspart pause - Pauses and resumes
     * @csspart previous - To the headline before, in the rotator
     * @csspart place - Which of how many is on show, in the rotator
     * @csspart next - To the next headline, in the rotator
     * @csspart hide - Puts the banner away
     * @csspart stage - What holds the headlines
     * @csspart pill - Tells of headlines that wait
     * @csspart list - The headlines
     * @csspart window - What is seen of the headlines that run, in the marquee
     * @csspart day - What sets a day apart
     * @csspart day-heading - Heading of a day
     * @csspart day-date - The date in it
     * @csspart zone - Whose clock the times are of
     * @csspart own - The page's own content, until the list is there
     * @csspart skeleton - The place of the headlines before they come, where the page has no content of its own
     * @csspart headline - One headline; also `flash` or `breaking` where it is
     * @csspart flash - A headline, or its badge, of urgency 1
     * @csspart breaking - A headline, or its badge, of urgency 2 or 3
     * @csspart withdrawn - What is said in the place of a headline that was taken away
     * @csspart earlier - The stories that a headline follows up, folded
     * @csspart earlier-count - How many they are
     * @csspart earlier-list - The stories themselves
     * @csspart body - A headline without its picture
     * @csspart title - Line of the title, its badge among it
     * @csspart text - The title, where it leads nowhere
     * @csspart link - The title, where it is a link
     * @csspart badge - Word that sets flashes and breaking news apart
     * @csspart meta - Line of the time and the labels
     * @csspart time - When it was published
     * @csspart label - A label; also `live`, `photo` or `video`
     * @csspart live - The label of live coverage
     * @csspart photo - The label of a story in pictures
     * @csspart video - The label of a story with a film
     * @csspart notice - Words that explain a correction
     * @csspart notice-word - The word before them
     * @csspart thumbnail - Box of the picture
     * @csspart image - The picture
     * @csspart nothing - What is said of an empty list
     * @csspart all - Link to all headlines
     * @csspart announcer - What screen readers are told; not seen
     *
     * @cssprop --newsline-text - Colour of the text
     * @cssprop --newsline-muted - Colour of times and other small text
     * @cssprop --newsline-background - Background
     * @cssprop --newsline-line - Colour of borders and of places kept
     * @cssprop --newsline-accent - Colour of flashes, breaking news and the pill
     * @cssprop --newsline-on-accent - Colour of text on the accent
     * @cssprop --newsline-glow - Colour that a new headline shows for a moment
     * @cssprop --newsline-focus - Colour of the focus ring
     * @cssprop --newsline-font - Font family
     * @cssprop [--newsline-radius=10px] - Radius of the corners
     * @cssprop --newsline-height - Height of the whole; default by `limit` and layout, so that nothing around it moves
     * @cssprop [--newsline-thumbnail-width=6em] - Width of a picture's box
     * @cssprop [--newsline-thumbnail-height=4em] - Height of a picture's box
     */
    'news-ticker': NewsTickerElement;
  }
  interface HTMLElementEventMap extends NewsTickerEventMap {}
  /** They bubble: one listener hears all tickers of a page. */
  interface DocumentEventMap extends NewsTickerEventMap {}
}

registerNewsTicker();
