/** The countries of the world as paths, by their two letters. Loaded with the map alone. */
import { geoNaturalEarth1, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import world from 'world-atlas/countries-110m.json';
import codes from './countries.json';

export const WIDTH = 720;
export const HEIGHT = 368;

export interface Land {
  code: string;
  path: string;
}

const ANTARCTICA = '010';

export function lands(): Land[] {
  const topology = world as unknown as Topology<{ countries: GeometryCollection }>;
  const { features } = feature(topology, topology.objects.countries);
  const shown = features.filter(({ id }) => id !== ANTARCTICA);
  const projection = geoNaturalEarth1().fitSize([WIDTH, HEIGHT], { type: 'FeatureCollection', features: shown });
  const path = geoPath(projection).digits(1);
  const letters = codes as Record<string, string>;
  return shown.map((land) => ({ code: letters[String(land.id)] ?? '', path: path(land) ?? '' }));
}

/** The step of five that a figure falls into, by quantile; 0 for none. */
export function tints(figures: ReadonlyMap<string, number>): Map<string, number> {
  const sorted = [...figures.values()].filter((value) => value > 0).sort((one, other) => one - other);
  const rank = (value: number) => sorted.findLastIndex((other) => other <= value) + 1;
  return new Map([...figures].map(([code, value]) => [code, value > 0 ? Math.max(1, Math.ceil((rank(value) / sorted.length) * 5)) : 0]));
}
