/** Names for the answers of the server; their shapes come from docs/openapi.json (`npm run types`). */
import type { components, paths } from './schema';

type Schemas = components['schemas'];
/** What a GET of the path answers. */
type Answer<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: { content: { 'application/json': infer Body } } } } } ? Body : never;

export type Kpis = Schemas['Kpis'];
/** An item of any list by label, without its label. */
export type ListFigures = Omit<Schemas['Top_path'], 'path'>;
export type ListBase = Schemas['ListBase'];
export type Timeseries = Schemas['Timeseries'];
export type CustomEvents = Schemas['CustomEvents'];
export type RecentEvent = Schemas['RecentEvent'];
export type Engagement = Schemas['Engagement'];
export type PageRead = Schemas['PageRead'];
export type Flow = Schemas['Flow'];
export type Flows = Schemas['Flows'];
export type Funnel = Schemas['Funnel'];
export type Retention = Schemas['Retention'];
export type Properties = Schemas['Properties'];
export type ConvertedGoals = Schemas['ConvertedGoals'];
export type Goal = Schemas['GoalDetails'];
export type Segment = Schemas['SegmentDetails'];
export type SavedFunnel = Schemas['FunnelDetails'];
export type Annotation = Schemas['AnnotationDetails'];
export type Link = Schemas['LinkList']['items'][number];
export type MadeLink = Schemas['MadeLink'];
export type LinkSession = Schemas['LinkSession'];
export type Dropped = Schemas['DroppedObject'];

export type Scope = Schemas['Scope'];
export type Token = Schemas['TokenDetails'];
export type MadeToken = Schemas['MadeToken'];
export type Tokens = Schemas['TokenList'];
export type Health = Answer<'/api/installation/health'>;
export type ProjectDetails = Schemas['ProjectDetails'];
export type Exclusions = Schemas['Excluded'];
export type Storage = Schemas['Storage'];
export type Import = Schemas['ImportDetails'];
export type Upload = Schemas['UploadDetails'];
export type RejectedLines = Schemas['RejectedLines'];

export type SessionInfo = Answer<'/api/session'>;
export type Project = SessionInfo['projects'][number];

export type Sites = Answer<'/api/sites'>;
export type Site = Sites['items'][number];

export type RequestFigures = Schemas['RequestFigures'];
export type RequestOverview = Schemas['Overview'];
export type Endpoints = Schemas['Endpoints'];
export type EndpointFigures = Schemas['EndpointFigures'];
export type Consumers = Schemas['Consumers'];
export type NetworkAnswer = Schemas['Analytics'];
export type NetworkKeys = NetworkAnswer['response'];
export type ProxyTraffic = Answer<'/analytics/traffic'>;
export type ProxyRequests = Schemas['Requests'];
export type ProxyConcurrency = Schemas['Concurrency'];
export type ProxyDomains = Schemas['Domains'];
export type ProxyErrors = Schemas['Errors'];
export type ProxyWebsites = Schemas['Websites'];
export type Visit = Schemas['Visit'];
