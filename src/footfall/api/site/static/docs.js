"use strict";

// Tokens that were typed are kept for the tab: a reload keeps them, closing the tab forgets them.
const KEY = "footfall.tokens";

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function keep(tokens) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(tokens));
  } catch {
    // Storage is switched off: they hold until the page is left.
  }
}

const forTheTab = () => ({
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize) => (tokens) => {
          keep({ ...kept(), ...tokens });
          return authorize(tokens);
        },
        logout: (logout) => (names) => {
          keep(Object.fromEntries(Object.entries(kept()).filter(([name]) => !names.includes(name))));
          return logout(names);
        },
      },
    },
  },
});

const ui = SwaggerUIBundle({
  url: "openapi.json" /* beside /docs, below whatever path */,
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  validatorUrl: null,
  plugins: [forTheTab],
  onComplete: () => ui.authActions.authorize(kept()),
});
