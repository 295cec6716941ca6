import type { StatResult } from '../../alignment/types.ts';
import { dimensionTitle, rowsOf } from '../words.ts';
import { agreementChart } from './agreement.ts';
import { funnelChart, ladderChart, ledgerChart, reasonsChart, segmentChart } from './bars.ts';
import { colors, type ChartSpec } from './draw.ts';
import { incidenceChart } from './incidence.ts';

/** The plots of one statistic, most important first; none where there is nothing to draw. */
export function chartsOf(stat: StatResult): readonly ChartSpec[] {
  if (stat.notMeasured !== undefined) return [];
  return specs(stat).filter((spec) => spec !== undefined);
}

function specs(stat: StatResult): readonly (ChartSpec | undefined)[] {
  switch (stat.id) {
    case 'A1':
      return [
        incidenceChart(stat, 'From handover to first touch'),
        segmentChart(rowsOf(stat, 'channel'), 'Followed up, by channel', () => colors.good),
      ];
    case 'A2':
      return [ladderChart(stat)];
    case 'A3':
      return [incidenceChart(stat, 'How fast the first touch comes')];
    case 'A4':
      return [segmentChart(rowsOf(stat, 'distribution'), 'Attempts per handover', (row) => (row.key === '0' ? colors.bad : colors.accent))];
    case 'B1':
      return [ledgerChart(stat, 'channel'), ledgerChart(stat, 'campaign')];
    case 'B3':
      return [funnelChart(stat)];
    case 'B5':
      return [reasonsChart(stat, 'lost'), reasonsChart(stat, 'rejected')];
    case 'B6':
      return [
        incidenceChart(stat, "From the lead's creation to won, lost or rejected", { from: 3_600_000 }),
        incidenceChart(stat, "From the deal's creation to won or lost", { from: 3_600_000, key: 'deal-created' }),
      ];
    case 'F1':
    case 'F3':
      return [...new Set((stat.rows ?? []).map((row) => row.dimension))]
        .filter((dimension) => dimension !== 'total' && dimension !== 'campaign')
        .slice(0, 2)
        .map((dimension) => segmentChart(rowsOf(stat, dimension), dimensionTitle(dimension)));
    case 'F4':
      return [agreementChart(stat)];
  }
}
