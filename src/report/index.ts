import type { ReportFormat, ReportInput } from './types.ts';

export type { ReportFormat, ReportInput } from './types.ts';

/** The formats that `render` knows. */
export const reportFormats: readonly ReportFormat[] = ['html', 'text', 'json', 'csv', 'markdown'];

/**
 * Renders a report. Pure: the same input gives the same text.
 * @throws {ConfigError} CHARTS_MISSING for `html` when the optional chart library is not installed.
 */
export async function render(input: ReportInput, format: ReportFormat): Promise<string> {
  switch (format) {
    case 'html': {
      const [{ renderHtml }, { loadDraw }] = await Promise.all([import('./html.ts'), import('./charts/draw.ts')]);
      return renderHtml(input, await loadDraw());
    }
    case 'text':
      return (await import('./text.ts')).renderText(input);
    case 'json':
      return (await import('./json.ts')).renderJson(input);
    case 'csv':
      return (await import('./csv.ts')).renderCsv(input);
    case 'markdown':
      return (await import('./markdown.ts')).renderMarkdown(input);
  }
}
