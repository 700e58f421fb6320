"""A Slurm with one node, this machine, in a temporary folder."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

NEEDED = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
NODE_DOWN_AFTER = 15
CONFIGURATION = """
ClusterName=paramscape-tests
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={controller_port}
SlurmdPort={node_port}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/finished-jobs.txt
MinJobAge=3600
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=0,batch_sched_delay=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
EnforcePartLimits=ALL
ReturnToService=2
SlurmdTimeout={node_down_after}
KillWait=30
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} CoresPerSocket={cpus} RealMemory={memory} Gres=gpu:1
PartitionName=tests Nodes=ALL Default=YES MaxTime=2-00:00:00
"""


def obstacle() -> str | None:
    """Why no Slurm can be started here, or None."""
    missing = [program for program in NEEDED if not _found(program)]
    if missing:
        return (
            f"{', '.join(missing)} not found; on Debian: apt-get install slurm-wlm munge, as root"
        )
    if os.geteuid() != 0:
        return "slurmd runs jobs only for root; run make test-cluster as root"
    return None


class OneNode:
    """Slurm's daemons, its configuration and its records.

    Args:
        folder: where all of it lies; short, as a socket's path must be below 108 characters.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = socket.gethostname().split(".")[0]
        self.environment = {
            **os.environ,
            "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
            "SLURM_CONF": str(folder / "slurm.conf"),
        }
        self._running: dict[str, subprocess.Popen] = {}

    def start(self) -> None:
        """Write the configuration and start munged, slurmctld and slurmd."""
        for name in ("state", "spool", "bin"):
            (self.folder / name).mkdir()
        controller_port, node_port = _free_ports(2)
        (self.folder / "slurm.conf").write_text(
            CONFIGURATION.format(
                host=self.host,
                folder=self.folder,
                controller_port=controller_port,
                node_port=node_port,
                cpus=os.cpu_count(),
                memory=psutil.virtual_memory().total * 8 // 10 // 2**20,
                node_down_after=NODE_DOWN_AFTER,
            )
        )
        # The tests count GPUs, and never open one.
        (self.folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self._write_srun()
        options = {"key-file": "munge.key", "socket": "munge.socket", "seed-file": "munge.seed"}
        options |= {"pid-file": "munge.pid", "log-file": "munge.log"}
        paths = [f"--{name}={self.folder / file}" for name, file in options.items()]
        self._launch("munged", "--foreground", *paths)
        self._launch("slurmctld", "-D", "-c")
        self.start_node()

    def start_node(self) -> None:
        """Start the node's daemon, and wait until jobs can run there."""
        self._launch("slurmd", "-D")
        self.wait_for_node("idle", "mixed", "allocated")

    def crash_node(self) -> None:
        """Kill the node's daemon and every process of a job at once, as a power cut does."""
        processes = self._job_processes()
        node = self._running.pop("slurmd")
        node.kill()
        node.wait()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)

    def wait_for_node(self, *states: str, seconds: float = 60.0) -> None:
        """Wait until Slurm sees its node in one of the states."""
        until = time.monotonic() + seconds
        while (state := self.state()) not in states:
            if time.monotonic() > until:
                logs = "\n".join(f.read_text()[-2000:] for f in self.folder.glob("*.out"))
                raise TimeoutError(f"the node is {state!r}, not {' or '.join(states)}\n{logs}")
            time.sleep(0.2)

    def state(self) -> str:
        """Slurm's word for its node."""
        return self.ask("sinfo", "--noheader", "--format=%T").strip("*~#$@+")

    def ask(self, *command: str) -> str:
        """What a command of Slurm prints, without the last line's end; empty if it fails."""
        answer = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )
        return answer.stdout.strip()

    def stop(self) -> None:
        """Cancel what runs and end the daemons."""
        if "slurmd" in self._running:
            for job in self.ask("squeue", "--noheader", "--format=%i").split():
                self.ask("scancel", "--signal=KILL", "--full", job)
                self.ask("scancel", job)
            _within(20.0, lambda: not self._job_processes())
        for process in reversed(self._running.values()):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        self._running.clear()

    def _write_srun(self) -> None:
        """An srun that finds the configuration though Snakemake's jobstep removes SLURM_CONF."""
        wrapper = self.folder / "bin/srun"
        configuration = self.environment["SLURM_CONF"]
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={configuration} exec {_found("srun")} "$@"\n')
        wrapper.chmod(0o755)

    def _launch(self, program: str, *options: str) -> None:
        output = open(self.folder / f"{program}.out", "ab")  # noqa: SIM115
        command = [_found(program), *options]
        with output:
            self._running[program] = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=output
            )
        ready = {
            "munged": lambda: (self.folder / "munge.socket").exists(),
            "slurmctld": lambda: "UP" in self.ask("scontrol", "ping"),
        }.get(program, lambda: True)
        if not _within(20.0, ready):
            raise TimeoutError(
                f"{program} does not answer: " + (self.folder / f"{program}.out").read_text()
            )

    def _job_processes(self) -> list[psutil.Process]:
        """Slurm's step daemons on this node, and everything that they started."""
        listed = self.ask("scontrol", "listpids").splitlines()[1:]
        found: dict[int, psutil.Process] = {}
        for line in listed:
            with suppress(psutil.NoSuchProcess, ValueError):
                task = psutil.Process(int(line.split()[0]))
                for process in (task, *task.parents()):
                    if process.name().startswith("slurmstepd"):
                        found[process.pid] = process
                        found |= {child.pid: child for child in process.children(recursive=True)}
        return list(found.values())


def _found(program: str) -> str | None:
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def _within(seconds: float, holds) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if holds():
            return True
        time.sleep(0.1)
    return bool(holds())
