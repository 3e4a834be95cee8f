/** Invented news: a day of four newsrooms that do not exist, each in its own language. Newest first. */
import type { Headline } from '../../src/protocol/headline.ts';

export const LANGUAGES = ['en', 'az', 'ru', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface Invented extends Partial<Pick<Headline, 'urgency' | 'labels' | 'section' | 'replaces'>> {
  readonly id: string;
  readonly title: string;
  /** When it was published, in minutes before now. */
  readonly minutesAgo: number;
  /** Which of the invented pictures, none where missing. */
  readonly picture?: number;
  /** It is corrected: what stood there before. */
  readonly before?: string;
  readonly notice?: string;
}

/** What is the same in all languages. */
const DAY: readonly Omit<Invented, 'title'>[] = [
  { id: 'quake', minutesAgo: 2, urgency: 2 },
  { id: 'ferry-runs', minutesAgo: 11, replaces: 'ferry-stops', picture: 0, labels: ['video'] },
  { id: 'budget', minutesAgo: 24, labels: ['live'] },
  { id: 'bridge', minutesAgo: 58, picture: 1, labels: ['photo'], before: '2029' },
  { id: 'museum', minutesAgo: 95, picture: 2 },
  { id: 'final', minutesAgo: 170, labels: ['live', 'video'] },
  { id: 'ferry-stops', minutesAgo: 260, picture: 0 },
  { id: 'vaccine', minutesAgo: 1_500 },
  { id: 'lynx', minutesAgo: 1_710, picture: 3, labels: ['photo', 'video'] },
  { id: 'rates', minutesAgo: 3_100 },
];

const TITLES: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'Strong earthquake shakes the northern coast; harbour towns told to move to higher ground',
    'Night ferry runs again after three days of storm',
    'Parliament votes on the budget',
    'Harbour bridge to reopen in 2028 after two years of repairs',
    'City museum finds a lost map of the old quarter behind a wall panel while repairing its roof',
    'Lions and Harbour United meet in the cup final',
    'Night ferry cancelled as storm closes the strait',
    'Children’s hospital begins trial of a vaccine that needs no refrigerator',
    'Lynx seen in the valley for the first time in ninety years',
    'Central bank leaves its rate at 7.25 percent',
  ],
  az: [
    'Şimal sahilində güclü zəlzələ baş verib; liman şəhərlərinin sakinləri yüksək yerlərə çağırılır',
    'Üç günlük fırtınadan sonra gecə bərəsi yenidən işləyir',
    'Parlament büdcəni səsə qoyur',
    'Liman körpüsü iki illik təmirdən sonra 2028-ci ildə açılacaq',
    'Şəhər muzeyi damını təmir edərkən divar panelinin arxasında köhnə məhəllənin itmiş xəritəsini tapıb',
    '“Şirlər” və “Liman” kubokun finalında qarşılaşır',
    'Fırtına boğazı bağlayıb, gecə bərəsi ləğv edilib',
    'Uşaq xəstəxanası soyuducu tələb etməyən vaksinin sınağına başlayır',
    'Vadidə doxsan ildən sonra ilk dəfə vaşaq görünüb',
    'Mərkəzi Bank uçot dərəcəsini 7,25 faiz səviyyəsində saxlayıb',
  ],
  ru: [
    'На северном побережье произошло сильное землетрясение; жителей портовых городов просят подняться выше',
    'Ночной паром снова ходит после трёх дней шторма',
    'Парламент голосует за бюджет',
    'Портовый мост откроют в 2028 году после двухлетнего ремонта',
    'Городской музей при ремонте крыши нашёл за стенной панелью утраченную карту старого квартала',
    '«Львы» и «Портовик» встречаются в финале кубка',
    'Ночной паром отменён: из-за шторма пролив закрыт',
    'Детская больница начинает испытания вакцины, которой не нужен холодильник',
    'В долине впервые за девяносто лет увидели рысь',
    'Центральный банк сохранил ставку на уровне 7,25 процента',
  ],
  ar: [
    'زلزال قوي يضرب الساحل الشمالي ودعوة سكان مدن الميناء إلى الانتقال إلى أماكن مرتفعة',
    'عودة العبّارة الليلية إلى العمل بعد ثلاثة أيام من العاصفة',
    'البرلمان يصوّت على الموازنة',
    'جسر الميناء يُفتتح عام 2028 بعد عامين من الإصلاحات',
    'متحف المدينة يعثر على خريطة مفقودة للحي القديم خلف لوح جداري أثناء إصلاح سقفه',
    'الأسود والميناء المتحد في نهائي الكأس',
    'إلغاء العبّارة الليلية بعد أن أغلقت العاصفة المضيق',
    'مستشفى الأطفال يبدأ تجربة لقاح لا يحتاج إلى ثلاجة',
    'رؤية وشق في الوادي للمرة الأولى منذ تسعين عامًا',
    'البنك المركزي يُبقي سعر الفائدة عند 7.25 في المئة',
  ],
};

const NOTICES: Readonly<Record<Language, string>> = {
  en: 'An earlier version named the wrong year.',
  az: 'Əvvəlki variantda il səhv göstərilmişdi.',
  ru: 'В прежней версии был неверно указан год.',
  ar: 'ذكرت نسخة سابقة سنة خاطئة.',
};

/** Comes while somebody looks. */
export const FLASHES: Readonly<Record<Language, string>> = {
  en: 'Tsunami warning for the whole northern coast',
  az: 'Bütün şimal sahili üçün sunami xəbərdarlığı',
  ru: 'Объявлена угроза цунами для всего северного побережья',
  ar: 'تحذير من تسونامي على امتداد الساحل الشمالي',
};

export const KILL_NOTICE = 'The game has been put off; the report was sent too early.';

/** The interface in a language that the ticker has no words of its own for: the page gives them. */
export const ARABIC_WORDS = {
  language: 'ar',
  direction: 'rtl',
  heading: 'شريط الأخبار',
  all: 'جميع الأخبار',
  pause: 'إيقاف',
  resume: 'استئناف',
  previous: 'السابق',
  next: 'التالي',
  hide: 'إخفاء',
  flash: 'عاجل جدًا',
  breaking: 'عاجل',
  labels: { live: 'مباشر', photo: 'صور', video: 'فيديو' },
  correction: 'تصحيح',
  withdrawn: 'سُحب',
  followUp: 'أخبار سابقة',
  nothing: 'لا أخبار بعد',
} as const;

export const inventNews = (language: Language): readonly Invented[] =>
  DAY.map(({ before, ...story }, at) => {
    const title = TITLES[language][at] ?? '';
    if (before === undefined) return { ...story, title };
    return { ...story, title, before: title.replace('2028', before), notice: NOTICES[language] };
  });

const SKIES = [
  ['#20365b', '#d98555', '#0c1a30'],
  ['#8fb8d8', '#f3dcae', '#3b5a68'],
  ['#5b4a3b', '#c8a878', '#2c231b'],
  ['#7fa06a', '#dfe6b8', '#31472b'],
] as const;

/** A picture of none of it: sky, sun, land. As SVG. */
export function inventPicture(which: number): string {
  const [top, low, land] = SKIES[which % SKIES.length] ?? SKIES[0];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80" width="1200" height="800">
<linearGradient id="s" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${low}"/></linearGradient>
<rect width="120" height="80" fill="url(#s)"/><circle cx="${30 + which * 22}" cy="34" r="9" fill="#fff5dc" opacity=".85"/>
<path d="M0 58 ${[0, 1, 2, 3, 4].map((at) => `Q${at * 24 + 12} ${44 + ((at * 7 + which * 5) % 17)} ${at * 24 + 24} 57`).join(' ')} V80 H0Z" fill="${land}"/>
<path d="M0 70 Q60 ${60 + which * 2} 120 70 V80 H0Z" fill="${land}" opacity=".6"/></svg>`;
}
