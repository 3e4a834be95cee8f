/**
 * Embed builder: from a form to the element, live, and to all that its owner has to copy.
 *
 * What is shown is the real element of this service; what is to be copied goes into the page as text.
 */

/** Colours that may be set, with what the pickers begin with; each sets `--newsline-` and its name. */
const COLOURS = [
  ['accent', 'Accent', '#b4131f'],
  ['background', 'Background', '#ffffff'],
  ['text', 'Text', '#15181c'],
  ['muted', 'Times and notes', '#58616c'],
  ['line', 'Lines', '#e4e7eb'],
];
/** Settings of the element, as JSON and queries name them. */
const SETTINGS = [
  'layout',
  'limit',
  'section',
  'language',
  'tag',
  'maxUrgency',
  'timeZone',
  'times',
  'moreUrl',
  'heading',
  'theme',
  'lang',
];
/** May come several times in a query; parted by commas in attributes. */
const LISTS = ['section', 'language', 'tag'];
/** After the last key, before the preview connects anew and the channel is asked for. */
const SETTLE_MS = 300;

const form = document.getElementById('settings');
const service = new URL(document.getElementById('main').dataset.url);
const base = service.href.replace(/\/$/, '');
const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const escapeMarkup = (text) =>
  text.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]);

let timer;
/** The channel that was asked for last. */
let asked = '';

addColours();
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('input', settle);
form.addEventListener('change', settle);
show();

function settle({ target }) {
  if (target.type === 'checkbox') form.elements[`${target.name}-colour`].disabled = !target.checked;
  clearTimeout(timer);
  timer = setTimeout(show, SETTLE_MS);
}

function addColours() {
  for (const [name, label, value] of COLOURS) {
    const row = element('div', { class: 'colour' });
    row.append(
      element('input', { type: 'checkbox', id: `${name}-own`, name }),
      element('label', { for: `${name}-own` }, `${label} of your own`),
      element('input', { type: 'color', id: `${name}-colour`, value, disabled: '', 'aria-label': label }),
    );
    document.getElementById('colours').append(row);
  }
}

function element(tag, attributes, text = '') {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

/** What the form says, without what it leaves open and what it may not be. */
function readForm() {
  const settings = {};
  for (const name of ['channel', ...SETTINGS]) {
    const field = form.elements[name];
    const value = field.value.trim();
    if (value !== '' && field.validity.valid) settings[name] = name === 'limit' ? Number(value) : value;
  }
  for (const name of LISTS) {
    const values = (settings[name] ?? '').split(',').map((value) => value.trim());
    const given = values.filter((value) => value !== '');
    delete settings[name];
    if (given.length > 0) settings[name] = given;
  }
  if (settings.maxUrgency) settings.maxUrgency = Number(settings.maxUrgency);
  return settings;
}

function readColours() {
  const colours = {};
  for (const [name] of COLOURS) {
    if (form.elements[name].checked) colours[name] = form.elements[`${name}-colour`].value;
  }
  // The words on a flash's badge stand on the accent: black or white, whichever reads better.
  if (colours.accent) colours.onAccent = readableOn(colours.accent);
  return colours;
}

/** [WCAG 2.2, relative luminance] */
function readableOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

function show() {
  const settings = readForm();
  const colours = readColours();
  showPreview(settings, colours);
  showCode(settings, colours);
  void askForChannel(form.elements.channel.value.trim());
}

function showPreview(settings, colours) {
  const place = document.getElementById('preview');
  const ticker = place.firstElementChild ?? element('news-ticker', {});
  const wanted = new Map(Object.entries(settings).map(([name, value]) => [kebab(name), String(value)]));
  for (const { name } of [...ticker.attributes])
    if (!wanted.has(name) && name !== 'style') ticker.removeAttribute(name);
  for (const [name, value] of wanted)
    if (ticker.getAttribute(name) !== value) ticker.setAttribute(name, value);
  for (const name of [...COLOURS.map(([name]) => name), 'onAccent']) {
    const property = `--newsline-${kebab(name)}`;
    if (colours[name]) ticker.style.setProperty(property, colours[name]);
    else ticker.style.removeProperty(property);
  }
  if (!ticker.isConnected) place.append(ticker);
}

function showCode(settings, colours) {
  const attributes = Object.entries(settings).map(
    ([name, value]) => ` ${kebab(name)}="${escapeMarkup(String(value))}"`,
  );
  const script = `<script src="${base}/newsline.js" async></script>`;
  // JSON that no title can end the script with.
  const json = JSON.stringify(settings, null, 2).replace(/</g, '\\u003c');
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (name !== 'channel') for (const one of [value].flat()) query.append(name, one);
  }
  for (const [name, value] of Object.entries(colours)) query.append(name, value.slice(1));
  const address = `${base}/embed/${settings.channel ?? ''}${query.size > 0 ? `?${query}` : ''}`;
  const title = escapeMarkup(settings.heading ?? 'News line');
  const properties = Object.entries(colours).map(
    ([name, value]) => `  --newsline-${kebab(name)}: ${value};\n`,
  );
  const socket = base.replace(/^http/, 'ws').replace(/^(wss?:\/\/[^/]+).*/, '$1');
  const site = siteOrigin() ?? 'https://site.example';
  put('element-code', `${script}\n<news-ticker${attributes.join('')} src="${base}"></news-ticker>`);
  put(
    'json-code',
    `${script}\n<script type="application/json" class="newsline-ticker">\n${json.replace('{', `{\n  "src": "${base}",`)}\n</script>`,
  );
  put(
    'frame-code',
    `<iframe src="${escapeMarkup(address)}" title="${title}" width="100%" height="480" loading="lazy"></iframe>\n<script src="${base}/embed.js" async></script>`,
  );
  document.getElementById('style-part').hidden = properties.length === 0;
  put('style-code', `news-ticker {\n${properties.join('')}}`);
  put(
    'origin-code',
    `npx newsline channel update ${settings.channel ?? ''} --add-origin ${site} \\\n  --url ${base}`,
  );
  put(
    'policy-code',
    `script-src ${service.origin};\nconnect-src ${service.origin} ${socket};\nimg-src https:`,
  );
  put('frame-policy-code', `frame-src ${service.origin};\nscript-src ${service.origin}`);
  put('doctor-code', `npx newsline doctor embed ${site}/ \\\n  --url ${base}`);
}

function put(id, text) {
  const place = document.getElementById(id);
  if (place.textContent !== text) place.textContent = text;
}

function siteOrigin() {
  const { value } = form.elements.site;
  const origin = URL.canParse(value) ? new URL(value).origin : 'null';
  return /^https?:/.test(origin) ? origin : undefined;
}

/** Says whether the channel is there, and offers what its headlines have of sections and languages. */
async function askForChannel(channel) {
  if (channel === asked) return;
  asked = channel;
  if (!form.elements.channel.validity.valid) return sayOfChannel('a-z, 0-9 and -, 63 at most', 'wrong');
  let status = 0;
  let headlines = [];
  try {
    const response = await fetch(`v1/channels/${encodeURIComponent(channel)}/headlines?last=100`);
    status = response.status;
    if (response.ok) headlines = (await response.json()).headlines;
  } catch {
    // Said below: the service did not answer.
  }
  if (channel !== asked) return;
  offer(
    'sections',
    headlines.map(({ section }) => section),
  );
  offer(
    'languages',
    headlines.map(({ language }) => language),
  );
  if (status === 200) return sayOfChannel('', 'right');
  sayOfChannel(status === 404 ? 'There is no such channel' : 'The service does not answer', 'wrong');
  asked = '';
}

function sayOfChannel(text, state) {
  const place = document.getElementById('channel-state');
  place.dataset.state = state;
  place.textContent = text;
}

function offer(id, values) {
  const known = [...new Set(values)].filter((value) => value !== undefined).toSorted();
  document.getElementById(id).replaceChildren(...known.map((value) => element('option', { value })));
}
