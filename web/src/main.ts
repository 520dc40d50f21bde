import { mount } from 'svelte';
import App from './App.svelte';
import { address } from './app/address.svelte';
import { clock } from './app/clock.svelte';
import { noteMissing } from './app/parts';
import { session } from './app/session.svelte';
import { linkOf, placeOf } from './app/surfaces';
import { theme } from './app/theme.svelte';
import './styles/tokens.css';
import './styles/base.css';

noteMissing();
theme.start();
clock.start();
address.listen();
if (!linkOf(address.path)) void session.start();
// The page's code comes while the session is asked for.
placeOf(address.path)?.surface.page().catch(() => undefined); // told by Lazy, which asks again

const target = document.getElementById('app');
if (target) mount(App, { target });
