/**
 * Start page: a button beside each piece of code that copies it, and a time for the example of a scheduled headline.
 *
 * Everything works without it; the page only gets handier.
 */

/** How long a button says that it has copied. */
const SAID_MS = 2_000;

fillTomorrow();
for (const figure of document.querySelectorAll('figure')) addCopyButton(figure);

/** Tomorrow in the reader's own zone: an example with a fixed time would one day be refused. */
function fillTomorrow() {
  const date = new Date();
  date.setDate(date.getDate() + 1);
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) =>
    String(part).padStart(2, '0'),
  );
  const texts = {
    time: `${day.join('-')} 20:00`,
    zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
  for (const [part, text] of Object.entries(texts)) {
    const place = document.querySelector(`[data-tomorrow="${part}"]`);
    if (place && text) place.textContent = text;
  }
}

function addCopyButton(figure) {
  const code = figure.querySelector('code');
  const caption = figure.querySelector('figcaption');
  if (!code || !caption) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy: ${caption.textContent}`);
  button.addEventListener('click', async () => {
    const said = await copy(code);
    button.textContent = said.short;
    tell(said.long);
    setTimeout(() => {
      button.textContent = 'Copy';
      tell('');
    }, SAID_MS);
  });
  figure.append(button);
}

/** Without HTTPS a browser lets no page copy: then the code is selected, for the reader to do it. */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return { short: 'Copied', long: 'Copied to the clipboard' };
  } catch {
    getSelection()?.selectAllChildren(code);
    return { short: 'Selected', long: 'Selected; copy it with your keyboard' };
  }
}

function tell(text) {
  const place = document.getElementById('said');
  if (place) place.textContent = text;
}
