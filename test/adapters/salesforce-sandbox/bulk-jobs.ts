import { parse } from 'csv-parse/sync';
import type { Answer, Json, Rig } from './rig.ts';

/** Bulk jobs as a client sends them. */
export interface BulkRig {
  create(job: Record<string, unknown>): Promise<Answer>;
  put(id: string, csv: string | Uint8Array): Promise<Answer>;
  patch(id: string, state: string, kind?: 'ingest' | 'query'): Promise<Answer>;
  info(id: string, kind?: 'ingest' | 'query'): Promise<Json>;
  /** Creates, uploads and closes a job, and lets time pass until it is over. Returns its id. */
  load(job: Record<string, unknown>, csv: string): Promise<string>;
  /** Moves the clock until a job is over. */
  finish(id: string, kind?: 'ingest' | 'query'): Promise<Json>;
  /** Result rows by column. */
  results(id: string, part: 'successfulResults' | 'failedResults' | 'unprocessedrecords'): Promise<Record<string, string>[]>;
  /** Runs a query job to its end. */
  query(soql: string, more?: Record<string, unknown>): Promise<string>;
}

/** Order of results, which come in none. */
export function ascending(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1;
}

export function rowsOf(csv: string, delimiter = ','): Record<string, string>[] {
  return parse(csv, { columns: true, delimiter });
}

export function bulkRig(r: Rig): BulkRig {
  const made: BulkRig = {
    create: (job) => r.send('POST', '/jobs/ingest', { body: job }),
    put: (id, csv) => r.send('PUT', `/jobs/ingest/${id}/batches`, { body: csv, headers: { 'content-type': 'text/csv' } }),
    patch: (id, state, kind = 'ingest') => r.send('PATCH', `/jobs/${kind}/${id}`, { body: { state } }),
    info: async (id, kind = 'ingest') => (await r.send('GET', `/jobs/${kind}/${id}`)).json,
    async load(job, csv) {
      const answer = await made.create(job);
      if (answer.status !== 200) throw new Error(answer.text);
      const id = String(answer.json['id']);
      const put = await made.put(id, csv);
      if (put.status !== 201) throw new Error(put.text);
      const closed = await made.patch(id, 'UploadComplete');
      if (closed.status !== 200) throw new Error(closed.text);
      await made.finish(id);
      return id;
    },
    async finish(id, kind = 'ingest') {
      for (let turn = 0; turn < 1000; turn += 1) {
        const info = await made.info(id, kind);
        if (['JobComplete', 'Failed', 'Aborted'].includes(String(info['state']))) return info;
        r.advance(1000);
      }
      throw new Error(`job ${id} does not end`);
    },
    async results(id, part) {
      const answer = await r.send('GET', `/jobs/ingest/${id}/${part}`);
      if (answer.status !== 200) throw new Error(answer.text);
      return rowsOf(answer.text);
    },
    async query(soql, more = {}) {
      const answer = await r.send('POST', '/jobs/query', { body: { operation: 'query', query: soql, ...more } });
      if (answer.status !== 200) throw new Error(answer.text);
      const id = String(answer.json['id']);
      await made.finish(id, 'query');
      return id;
    },
  };
  return made;
}
