/**
 * Embed: runs in a website that shows embed pages in frames, and gives each frame the height of its list.
 *
 *     <script src="https://news.example/embed.js" async></script>
 *
 * It believes a height only from the origin it came from itself, and only for the frame that sent it. Loaded twice, it
 * does the same twice.
 */
(() => {
  /** Pixels: what no list is lower than, and a frame should not be higher than, whatever it says. */
  const [LEAST, MOST] = [40, 4_000];
  const service = new URL('.', document.currentScript.src);
  const embeds = new URL('embed/', service).href;

  const isOurs = (node) => node instanceof HTMLIFrameElement && node.src.startsWith(embeds);
  // A sandbox takes the frame's origin away: it could not be told apart from any other.
  const hasOrigin = ({ sandbox }) => sandbox.length === 0 || sandbox.contains('allow-same-origin');
  // Asked before it has loaded, a frame is at another origin, and the console would say so.
  const hasLoaded = (frame) => frame.loading !== 'lazy' || performance.getEntriesByName(frame.src).length > 0;
  const ourFrames = () => [...document.querySelectorAll('iframe')].filter((frame) => isOurs(frame));

  function ask(frame) {
    if (hasOrigin(frame)) frame.contentWindow?.postMessage({ newsline: 'resize' }, service.origin);
  }

  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== service.origin || data?.newsline !== 'height') return;
    const { height } = data;
    if (!Number.isInteger(height)) return;
    const frame = ourFrames().find(({ contentWindow }) => contentWindow === source);
    if (frame) frame.style.height = `${Math.min(MOST, Math.max(LEAST, height))}px`;
  });

  // Capturing, for `load` does not bubble: so frames that come later are found as well.
  document.addEventListener('load', ({ target }) => isOurs(target) && ask(target), true);
  const askAll = () => {
    for (const frame of ourFrames()) if (hasLoaded(frame)) ask(frame);
  };
  if (document.readyState === 'complete') askAll();
  else addEventListener('load', askAll);
})();
