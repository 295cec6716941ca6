import type { EChartsCoreOption } from 'echarts/core';
import { ConfigError } from '../../errors.ts';

/** A chart in the two sizes a page needs, with its words for those who can't see it. */
export interface Chart {
  readonly title: string;
  /** What the chart shows, in one sentence. */
  readonly alt: string;
  /** For pages of 640 px and more. */
  readonly wide: string;
  /** For phones. */
  readonly narrow: string;
}

export interface ChartSpec {
  readonly title: string;
  readonly alt: string;
  /** Height in pixels for a width; charts of many rows grow. */
  readonly height: (width: number) => number;
  readonly option: (width: number) => EChartsCoreOption;
}

/** Turns chart specifications into SVG text; the same input gives the same text. */
export type Draw = (spec: ChartSpec) => Chart;

export const wideWidth = 760;
export const narrowWidth = 330;

/** The palette: distinguishable with the common colour blindnesses, and in grey print by lightness. */
export const colors = {
  good: '#147a74',
  goodSoft: '#7cc0b8',
  bad: '#b4512d',
  badSoft: '#e3ae93',
  waiting: '#d8d3c5',
  muted: '#a8a499',
  ink: '#23241f',
  soft: '#6c6a60',
  line: '#e4e0d4',
  accent: '#3d4f8f',
} as const;

/**
 * Loads the chart library.
 * @throws {ConfigError} CHARTS_MISSING when the optional package is not installed.
 */
export async function loadDraw(): Promise<Draw> {
  const [core, charts, components, features, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/features'),
    import('echarts/renderers'),
  ]).catch((error: unknown) => {
    throw new ConfigError('CHARTS_MISSING', 'The HTML report needs the optional package echarts, which is not installed.', {
      hint: 'Install without --omit=optional, or choose --format text, json, csv or markdown.',
      cause: error,
    });
  });
  core.use([
    charts.BarChart,
    charts.LineChart,
    charts.HeatmapChart,
    charts.CustomChart,
    components.GridComponent,
    components.MarkLineComponent,
    components.VisualMapComponent,
    features.LabelLayout,
    renderers.SVGRenderer,
  ]);
  let serial = 0;
  const render = (spec: ChartSpec, width: number): string => {
    serial += 1;
    const height = spec.height(width);
    const chart = core.init(null, null, { renderer: 'svg', ssr: true, width, height });
    chart.setOption({ animation: false, textStyle: { fontFamily: 'system-ui, sans-serif', color: colors.ink }, ...spec.option(width) });
    const svg = chart.renderToSVGString();
    chart.dispose();
    return tidy(svg, `k${serial}`, width, height);
  };
  return (spec) => ({ title: spec.title, alt: spec.alt, wide: render(spec, wideWidth), narrow: render(spec, narrowWidth) });
}

/** Ids unique on the page and the same in every run; no styles, no attributes that only an interactive chart needs. */
function tidy(svg: string, prefix: string, width: number, height: number): string {
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:ecmeta_\w+|pointer-events|xml:space|class)="[^"]*"/g, '')
    .replace(/zr\d+-/g, `${prefix}-`)
    .replace(
      /^<svg [^>]*>/,
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false">`,
    );
}

/** Label style of axes and marks. */
export const small = { fontSize: 12, color: colors.soft } as const;

/** Shortens a label to what fits; the tables hold the whole. */
export function clip(label: string, length: number): string {
  const chars = [...label];
  return chars.length > length ? `${chars.slice(0, length - 1).join('')}…` : label;
}

/** The scale of a share axis: 0 to 100 %. */
export const shareAxis = {
  type: 'value',
  min: 0,
  max: 1,
  interval: 0.25,
  axisLabel: { ...small, formatter: (value: number) => `${Math.round(value * 100)} %` },
  splitLine: { lineStyle: { color: colors.line } },
  axisLine: { show: false },
} as const;
