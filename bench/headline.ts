/**
 * Headline of the bench: the same words for every server, with a number by which readers check what they get.
 *
 * `#` and ten digits stand once in each, however it is wrapped on its way.
 */
export const MARKER = 0x23;
export const MARKER_DIGITS = 10;

const words = 'Parliament passes the budget after a night of talks on energy prices';

/** What is posted to newsline. */
export const postOf = (number: number) => ({
  title: `${words} #${String(number).padStart(MARKER_DIGITS, '0')}`,
  url: 'https://news.example/politics/budget-passed',
  section: 'politics',
  urgency: 3,
});

/** What newsline makes of it for its readers, with as many bytes: the peers send this. */
export function frameOf(number: number) {
  const at = new Date().toISOString();
  return {
    type: 'headline',
    channel: 'main',
    cursor: `fxCfeQCXeWJd.${number}.ynalLkNn`,
    change: 'published',
    headline: {
      id: 'hfe3b53fd22c97c05ca8ae355',
      version: 1,
      sequence: number,
      ...postOf(number),
      language: 'en',
      publishedAt: at,
      updatedAt: at,
    },
  };
}
