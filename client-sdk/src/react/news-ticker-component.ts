/**
 * <NewsTicker>: the element as a component of React 18 and 19. It only hands on: attributes, children and listeners;
 * what the ticker does, the element does.
 *
 * Attributes are set and listeners kept by hand, since React 18 knows no events of custom elements.
 */
import {
  type CSSProperties,
  createElement,
  forwardRef,
  type ReactNode,
  useCallback,
  useEffect,
  useImperativeHandle,
  useRef,
} from 'react';
import type { NewsTickerElement, NewsTickerEventMap } from '../news-ticker-element.ts';
import { registerNewsTicker } from '../register-news-ticker.ts';
import type { OwnWords } from '../words.ts';
import { type InitialHeadlines, initialList } from './initial-list.ts';

type Names = string | readonly string[] | undefined;

export interface NewsTickerProps {
  readonly channel: string;
  /** Base of the service. @default the page's origin */
  readonly src?: string | undefined;
  readonly layout?: 'list' | 'marquee' | 'rotator' | 'banner' | undefined;
  readonly limit?: number | undefined;
  readonly section?: Names;
  /** Of the headlines. */
  readonly language?: Names;
  readonly tag?: Names;
  readonly maxUrgency?: number | undefined;
  /** IANA zone, or `viewer`. @default the newsroom's */
  readonly timeZone?: string | undefined;
  /** Says whose clock the times are of, where it is not the viewer's. */
  readonly zoneLabel?: boolean | undefined;
  readonly times?: 'clock' | 'relative' | undefined;
  /** Sets the days apart, in the list. */
  readonly days?: boolean | undefined;
  readonly moreUrl?: string | undefined;
  readonly heading?: string | undefined;
  readonly theme?: 'light' | 'dark' | 'transparent' | undefined;
  readonly retractions?: 'silent' | 'notice' | undefined;
  readonly utm?: string | undefined;
  /** In place of the ticker's own: one, some, or a whole language. */
  readonly words?: OwnWords | undefined;
  /** Of the ticker's own words. */
  readonly lang?: string | undefined;
  readonly dir?: 'ltr' | 'rtl' | 'auto' | undefined;
  readonly id?: string | undefined;
  readonly className?: string | undefined;
  readonly style?: CSSProperties | undefined;
  readonly hidden?: boolean | undefined;
  /** What a server knew: seen until the ticker has its list, and where no script runs. */
  readonly initial?: InitialHeadlines | undefined;
  /** Seen in place of `initial`. */
  readonly children?: ReactNode;
  readonly onHeadline?: ((event: NewsTickerEventMap['newsline:headline']) => void) | undefined;
  readonly onRetraction?: ((event: NewsTickerEventMap['newsline:retraction']) => void) | undefined;
  readonly onStatus?: ((event: NewsTickerEventMap['newsline:status']) => void) | undefined;
  /** A link was followed; `event.preventDefault()` keeps the browser where it is. */
  readonly onHeadlineClick?: ((event: NewsTickerEventMap['newsline:click']) => void) | undefined;
}

const LISTENERS = {
  'newsline:headline': 'onHeadline',
  'newsline:retraction': 'onRetraction',
  'newsline:status': 'onStatus',
  'newsline:click': 'onHeadlineClick',
} as const satisfies Record<keyof NewsTickerEventMap, keyof NewsTickerProps>;

const EVENTS = Object.keys(LISTENERS) as (keyof NewsTickerEventMap)[];

export const NewsTicker = forwardRef<NewsTickerElement, NewsTickerProps>(function NewsTicker(props, ref) {
  const latest = useRef(props);
  const element = useRef<NewsTickerElement | null>(null);
  const listener = useRef((event: Event) => {
    const type = event.type as keyof NewsTickerEventMap;
    const told: ((event: never) => void) | undefined = latest.current[LISTENERS[type]];
    told?.(event as never);
  });

  useEffect(() => {
    latest.current = props;
  });
  const attach = useCallback((node: NewsTickerElement | null) => {
    for (const type of EVENTS) {
      element.current?.removeEventListener(type, listener.current);
      node?.addEventListener(type, listener.current);
    }
    element.current = node;
    // While React commits, before the browser paints: and after listening, so that the first event is heard.
    if (!node) return;
    if (latest.current.words) node.words = latest.current.words;
    registerNewsTicker();
  }, []);
  const { initial, timeZone, words, children } = props;
  useEffect(() => {
    if (element.current && element.current.words !== words) element.current.words = words;
  }, [words]);
  useImperativeHandle<NewsTickerElement | null, NewsTickerElement | null>(ref, () => element.current, []);

  return createElement(
    'news-ticker',
    { ...attributesOf(props), ref: attach },
    children ?? (initial && initialList(initial, timeZone)),
  );
});

function attributesOf(props: NewsTickerProps) {
  const names = (given: Names) => (typeof given === 'object' ? given.join(',') : given);
  const whether = (given: boolean | undefined) => (given ? '' : undefined);
  const { channel, src, layout, limit, timeZone, times, heading, theme, retractions, utm, lang, dir, id } =
    props;
  return {
    channel,
    src,
    layout,
    limit,
    section: names(props.section),
    language: names(props.language),
    tag: names(props.tag),
    'max-urgency': props.maxUrgency,
    'time-zone': timeZone,
    'zone-label': whether(props.zoneLabel),
    times,
    days: whether(props.days),
    'more-url': props.moreUrl,
    heading,
    theme,
    retractions,
    utm,
    lang,
    dir,
    id,
    class: props.className,
    style: props.style,
    hidden: whether(props.hidden),
  };
}
