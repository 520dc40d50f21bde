import { mount } from 'svelte';
import App from './App.svelte';
import { address } from './app/address.svelte';
import { clock } from './app/clock.svelte';
import { session } from './app/session.svelte';
import { theme } from './app/theme.svelte';
import './styles/tokens.css';
import './styles/base.css';

theme.start();
clock.start();
address.listen();
void session.start();

const target = document.getElementById('app');
if (target) mount(App, { target });
