"""ChannelAttribution's Markov model of the journeys that `tools.bench_attribution` makes.

It runs in .venv-bench, imports nothing of this project, and makes the paths that the library asks
of a user who has touches:

    .venv-bench/bin/python tools/bench_channel_attribution.py FOLDER
"""

import json
import sys
import time
from pathlib import Path

import pandas as pd
from ChannelAttribution import markov_model


def main() -> None:
    """Read the journeys, and write seconds and the removal effect of every channel beside them."""
    folder = Path(sys.argv[1])
    wall, cpu = time.perf_counter(), time.process_time()
    touches = pd.read_parquet(
        folder / "touches.parquet", columns=["opportunity_id", "touch_number", "channel"]
    ).sort_values(["opportunity_id", "touch_number"])
    paths = touches.groupby("opportunity_id", sort=False)["channel"].agg(" > ".join)
    outcomes = pd.read_parquet(folder / "opportunities.parquet").set_index("opportunity_id")
    journeys = outcomes.assign(
        path=paths, won=outcomes["is_won"].astype(int), lost=(~outcomes["is_won"]).astype(int)
    )
    made = markov_model(
        journeys, "path", "won", var_null="lost", out_more=True, flg_pro=False, verbose=False
    )
    # Its second column has another name where values are given.
    effects = dict(made["removal_effects"].itertuples(index=False, name=None))
    took = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "result": {channel: float(effect) for channel, effect in effects.items()},
    }
    (folder / "channel_attribution.json").write_text(json.dumps(took), encoding="utf-8")


if __name__ == "__main__":
    main()
