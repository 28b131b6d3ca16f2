"""How the campaign makes child processes: forked from one that has imported the program already, so within a moment."""

import multiprocessing

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        *("tests.faults.kill.trading_child", "tests.faults.program.algorithms"),
        *(f"tests.faults.store.{name}" for name in ("upgrade", "disk", "locked")),
    ]
)
