import type { Benchmark, StatId } from './types.ts';

const hour = 3_600_000;
const companies = 'A share of companies (one test lead each), not of leads.';
const noStudy = 'Widely quoted; no study has been found behind it.';

/** A published figure with the statistic that it stands beside. */
type RegisteredBenchmark = readonly [statistic: StatId, figure: Benchmark];

/**
 * The published figures, what kind of figure each is, and how far to trust it: A a published study with its method, B a
 * vendor's study with sample size, C an opinion survey, D a quotation without a traceable study.
 * @source the publication named in each row
 */
const benchmarks: readonly RegisteredBenchmark[] = [
  [
    'A1',
    {
      id: 'B-50fu',
      kind: 'share_of_leads',
      value: 0.5,
      text: 'Half of the leads get follow-up',
      year: 2017,
      source: 'MillerPierce, quoted by M. Zeman, Data Driven Sales, 2017',
      grade: 'D',
      comparable: 'direct',
      beside: 'horizon:30d',
      caution: `${noStudy} The same article implies 61 % elsewhere: read the two as a range.`,
    },
  ],
  [
    'A1',
    {
      id: 'B-386-followed',
      kind: 'share_of_companies',
      value: 0.614,
      text: '61.4 % are followed up (38.6 % are not)',
      year: 2017,
      source: 'InsideSales, 8,742 companies, quoted by M. Zeman, Data Driven Sales, 2017',
      grade: 'B',
      comparable: 'direct',
      beside: 'horizon:30d',
      caution: companies,
    },
  ],
  [
    'A1',
    {
      id: 'X-HBR-ever',
      kind: 'share_of_companies',
      value: 0.77,
      text: '77 % of companies ever answered a web lead',
      year: 2011,
      source: 'Oldroyd, McElheran, Elkington, Harvard Business Review, March 2011, 2,241 US companies',
      grade: 'A',
      comparable: 'context',
      caution: companies,
    },
  ],
  [
    'A2',
    {
      id: 'B-80drop',
      kind: 'share_of_leads',
      value: 0.8,
      text: 'Up to 80 % of leads are dropped at the handover',
      year: 2012,
      source: 'C. Crandell, interviewed by J. Miller; quoted by Netimperative, November 2012',
      grade: 'D',
      comparable: 'direct',
      caution: `${noStudy} It is quoted both as an upper limit and as a value, without saying what counts as dropped.`,
    },
  ],
  [
    'A3',
    {
      id: 'X-HBR-1h',
      kind: 'share_of_companies',
      value: 0.37,
      text: '37 % of companies answered within an hour',
      year: 2011,
      source: 'Oldroyd, McElheran, Elkington, Harvard Business Review, March 2011, 2,241 US companies',
      grade: 'A',
      comparable: 'direct',
      beside: 'horizon:1h',
      caution: companies,
    },
  ],
  [
    'A3',
    {
      id: 'X-HBR-24h',
      kind: 'share_of_companies',
      value: 0.53,
      text: '53 % of companies answered within a day',
      year: 2011,
      source: 'Oldroyd, McElheran, Elkington, Harvard Business Review, March 2011, 2,241 US companies',
      grade: 'A',
      comparable: 'direct',
      beside: 'horizon:24h',
      caution: companies,
    },
  ],
  [
    'A3',
    {
      id: 'X-HBR-mean',
      kind: 'amount',
      value: 42 * hour,
      text: 'Companies that answered within 30 days took 42 hours on average',
      year: 2011,
      source: 'Oldroyd, McElheran, Elkington, Harvard Business Review, March 2011, 2,241 US companies',
      grade: 'A',
      comparable: 'context',
      caution: 'A mean of those who answered at all; a median over all leads is another thing.',
    },
  ],
  [
    'A4',
    {
      id: 'B-386',
      kind: 'share_of_companies',
      value: 0.386,
      text: '38.6 % get no attempt',
      year: 2017,
      source: 'InsideSales, 8,742 companies, quoted by M. Zeman, Data Driven Sales, 2017',
      grade: 'B',
      comparable: 'direct',
      beside: 'attempts:0',
      caution: companies,
    },
  ],
  [
    'A4',
    {
      id: 'B-325',
      kind: 'share_of_companies',
      value: 0.325,
      text: '32.5 % get one to three attempts',
      year: 2017,
      source: 'InsideSales, 8,742 companies, quoted by M. Zeman, Data Driven Sales, 2017',
      grade: 'B',
      comparable: 'direct',
      beside: 'attempts:1-3',
      caution: companies,
    },
  ],
  [
    'A4',
    {
      id: 'B-70',
      kind: 'share_of_companies',
      value: 0.711,
      text: '71.1 % get at most three attempts',
      year: 2017,
      source: 'Sum of the two figures above, M. Zeman, Data Driven Sales, 2017',
      grade: 'B',
      comparable: 'direct',
      beside: 'attempts:<=3',
      caution: 'The article reads the sum as "less than three touches"; its own parts include three.',
    },
  ],
  [
    'A4',
    {
      id: 'X-VEL',
      kind: 'amount',
      value: 1.6,
      text: '1.6 attempts on average; 42 % of test leads were never phoned',
      year: 2012,
      source: 'Leads360/Velocify secret shopper study, 2012',
      grade: 'B',
      comparable: 'context',
      caution: companies,
    },
  ],
  [
    'B5',
    {
      id: 'X-NODEC',
      kind: 'share_of_deals',
      value: 0.5,
      text: '40 to 60 % of lost deals end in no decision',
      year: 2022,
      source: 'Dixon, McKenna, Harvard Business Review, June 2022, from sales conversations',
      grade: 'B',
      comparable: 'context',
      caution: 'Classified from recorded calls, not from the reasons that people enter.',
    },
  ],
  [
    'F1',
    {
      id: 'B-23',
      kind: 'share_of_respondents',
      value: 0.66,
      text: 'Almost two thirds said that all or part of their lead data is visible only to marketing',
      year: 2014,
      source: 'CallidusCloud survey on alignment, 2014',
      grade: 'C',
      comparable: 'derived',
      caution: 'A share of respondents: compare whether yours is above nothing, not how much.',
    },
  ],
  [
    'F3',
    {
      id: 'B-20',
      kind: 'share_of_respondents',
      value: 0.2,
      text: '20 % said that marketing has no insight into conversion and close',
      year: 2008,
      source: 'CMO Council, Closing the Gap, June 2008',
      grade: 'C',
      comparable: 'derived',
      caution: 'A share of respondents: "no insight" would be a share below 5 % here.',
    },
  ],
];

/** The published figures for one statistic. */
export function benchmarksFor(id: StatId): readonly Benchmark[] {
  return benchmarks.filter(([statistic]) => statistic === id).map(([, figure]) => figure);
}
