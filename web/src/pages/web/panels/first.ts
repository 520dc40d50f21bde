/** Tabs that the first view shows and that are no lists: their components come with the page, not after it. */
import type { Component } from 'svelte';
import Live from '../live/Live.svelte';
import type { View } from '../view.svelte';
import Places from './Places.svelte';

export const FIRST: Readonly<Record<string, Component<{ view: View }>>> = { countries: Places, live: Live };
