#!/usr/bin/env bash
# The main job on real input, as a stranger would do it: import a firm's sales history, then ask "as of 2017-10-15".
# The expected figures are those that any correct reading of the data set gives (its README).
set -euo pipefail
cd "$(dirname "$0")/.."
source_dir=../shared/data/crm_sales_opportunities
[ -d "$source_dir" ] || { echo "the data set is not beside this checkout: $source_dir" >&2; exit 1; }
data_dir=$(mktemp -d)
trap 'rm -rf "$data_dir"' EXIT

./dealtrail import examples/imports/crm-sales-opportunities.yaml --dir "$source_dir" --data-dir "$data_dir"
./dealtrail import examples/imports/crm-sales-opportunities.yaml --dir "$source_dir" --data-dir "$data_dir" --format json > "$data_dir/again.json"
./dealtrail report pipeline --as-of 2017-10-15 --format json --data-dir "$data_dir" > "$data_dir/pipeline.json"
./dealtrail report pipeline --as-of 2017-10-15 --data-dir "$data_dir"
./dealtrail report compare --then 2017-06-30 --now 2017-10-15 --data-dir "$data_dir"

node --input-type=module -e '
  import { readFileSync } from "node:fs";
  import assert from "node:assert/strict";
  const { rows, undated } = JSON.parse(readFileSync(process.argv[1], "utf8"));
  const row = (status, stage) => {
    const { deals, value } = rows.find(({ group }) => group.status === status && group.stage === stage);
    return { deals, value };
  };
  const usd = (amount) => [{ amount, currency: "USD" }];
  assert.deepEqual(row("open", "engaging"), { deals: 2550, value: usd("6085004.00") });
  assert.deepEqual(row("won", null), { deals: 3177, value: usd("7549560.00") });
  assert.equal(row("lost", null).deals, 1830);
  assert.equal(undated, 500);
  console.log("the figures of 2017-10-15 are those of the data set");
  assert.equal(JSON.parse(readFileSync(process.argv[2], "utf8")).events, 0);
  console.log("the same import again added nothing");
' "$data_dir/pipeline.json" "$data_dir/again.json"
