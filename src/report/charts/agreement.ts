import type { StatResult } from '../../alignment/types.ts';
import { countText } from '../format.ts';
import { clip, colors, small, type ChartSpec } from './draw.ts';

/** The agreement heat map: where marketing's CRM and sales' CRM put the same leads. The diagonal agrees. */
export function agreementChart(stat: StatResult): ChartSpec | undefined {
  const { matrix } = stat;
  if (matrix === undefined || matrix.states.length === 0) return undefined;
  const total = matrix.counts.flat().reduce((sum, n) => sum + n, 0);
  const agreed = matrix.states.reduce((sum, _, index) => sum + (matrix.counts[index]?.[index] ?? 0), 0);
  const cells = matrix.counts.flatMap((row, marketing) => row.map((n, sales) => [sales, marketing, n] as const)).filter(([, , n]) => n > 0);
  const largest = Math.max(1, ...cells.map(([, , n]) => n));
  return {
    title: 'Where the two CRMs put the same leads',
    alt: `Of ${countText(total)} leads in both CRMs, ${countText(agreed)} have the same status on both sides.`,
    height: (width) => 76 + matrix.states.length * (width < 400 ? 28 : 34),
    option: (width) => ({
      grid: { left: width < 400 ? 78 : 110, right: 14, top: 40, bottom: 34 },
      xAxis: {
        type: 'category',
        position: 'top',
        data: [...matrix.states],
        axisLabel: { ...small, interval: 0, rotate: width < 400 ? 60 : 0, formatter: (name: string) => clip(name, 11) },
        axisTick: { show: false },
        axisLine: { show: false },
        name: width < 400 ? '' : "sales' CRM",
        nameLocation: 'middle',
        nameGap: 24,
        nameTextStyle: small,
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: [...matrix.states],
        axisLabel: { ...small, interval: 0, formatter: (name: string) => clip(name, 11) },
        axisTick: { show: false },
        axisLine: { show: false },
        splitArea: { show: false },
      },
      visualMap: { show: false, min: 0, max: largest, inRange: { color: ['#f4f1e8', colors.goodSoft, colors.good] } },
      series: [
        {
          type: 'heatmap',
          data: cells.map(([sales, marketing, n]) => ({
            value: [sales, marketing, n],
            itemStyle: { borderColor: sales === marketing ? colors.ink : '#fff', borderWidth: sales === marketing ? 1.5 : 1 },
            label: {
              show: true,
              formatter: countText(n),
              fontSize: width < 400 ? 10 : 12,
              color: n > largest * 0.55 ? '#fff' : colors.ink,
            },
          })),
        },
      ],
    }),
  };
}
