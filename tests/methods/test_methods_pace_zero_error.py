"""Shares where the error of paces is estimated as zero: it is hardly zero, and the interval says so."""

import numpy as np

from cbe_analysis.methods.pace import fit_pace, on_track


def test_an_error_estimated_as_zero_leaves_room_in_the_interval_of_a_share():
    draw = np.random.default_rng(1)
    n = 400
    years = np.tile([1.0, 4.0], n // 2)
    pace = draw.normal(1.0, np.where(years == 1.0, 0.20, 0.22))  # those seen briefly differ no more than others
    fit = fit_pace(pace, 1 / years, school=np.arange(n) % 8)
    assert "error" in fit.variances.boundary
    track = on_track(fit, np.zeros(n), np.ones(n), exit_level=1.0)
    share = track.shares[0]
    by_chance = 1.96 * np.sqrt((track.probability * (1 - track.probability)).sum()) / n
    assert share.low < share.value < share.high
    assert (share.high - share.low) / 2 > 1.2 * by_chance
