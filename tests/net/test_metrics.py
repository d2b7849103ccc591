#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""run --metrics: what Prometheus makes of it, and that it agrees with what was sent and with show."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import yaml

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, ROOT, check, wait_for

FIRST = 0x1000
LINE = re.compile(r'^([a-z_]+)\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\} (\S+)$')


def read(path):
    """The series, by name and labels but the namespace's; promtool must take the file."""
    with open(path) as file:
        text = file.read()
    told = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                          capture_output=True)
    check(told.returncode == 0 and not told.stderr, "promtool:", told.stdout + told.stderr)
    series = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        found = LINE.match(line)
        check(found, "no series:", line)
        labels = dict(re.findall(r'([a-z]+)="((?:[^"\\]|\\.)*)"', found[2]))
        series.setdefault(labels.pop("netns"), {})[found[1], *labels.values()] = float(found[3])
    return series


def start(host, directory, *arguments, interval=0):
    path = f"{directory}/espalier.prom"
    host.daemon("--cpus", ",".join(map(str, CPUS[:2])), "--metrics", path, *arguments,
                interval=interval)
    wait_for(lambda: os.path.exists(path), "the file")
    return path


def test_agrees(host):
    """Counts of what was sent; the same figures as show; labelled with the namespace's name."""
    with tempfile.TemporaryDirectory() as directory:
        host.add_sas(range(FIRST, FIRST + 8), wait=False)
        path = start(host, directory, "--ring", "8192")
        host.await_sas(range(FIRST, FIRST + 8))
        host.send("--sas", 8, "--spi", FIRST, "--count", 8000)
        host.send("--sas", 4, "--spi", 0x9000, "--count", 100)

        def written():
            return read(path)[f"{host.prefix}-b"].get(("espalier_packets_total", "stray"), 0) == 100
        wait_for(written, "the figures", 20, 0.3)
        series = read(path)
        check(list(series) == [f"{host.prefix}-b"], "namespaces", list(series))
        one, shown = series[f"{host.prefix}-b"], host.show()
        taken = {cpu: value for (name, *rest), value in one.items()
                 if name == "espalier_cpu_packets_total" for cpu in rest}
        check(sum(taken.values()) == 8000, "packets of SAs", taken)
        check(taken == {str(c["cpu"]): c["packets"] for c in shown["cpus"]}, "by CPU", taken, shown["cpus"])
        check({str(c["cpu"]): c["sas"] for c in shown["cpus"]} ==
              {rest[0]: value for (name, *rest), value in one.items() if name == "espalier_cpu_sas"}, one)
        check(one["espalier_packets_total", "sa"] == 8000 and one["espalier_packets_total", "stray"]
              == 100, "all packets by class", one)
        check({rest[0]: v for (n, *rest), v in one.items() if n == "espalier_cpu_bytes_total"} ==
              {str(c["cpu"]): c["bytes"] for c in shown["cpus"]}, "bytes by CPU", one)
        version = host.espalier("--version").stdout.split()[1]
        check(one["espalier_build_info", version] == 1, "the version", one)
        check(one["espalier_interface_info", "eb", "xdp"] == 1, "the method", one)
        check(abs(one["espalier_written_timestamp_seconds",] - time.time()) < 60, "the time", one)
        for sa in shown["sas"]:
            check(one["espalier_sa_cpu", sa["spi"], str(sa["reqid"])] == sa["cpu"], "an SA", sa)
        check(one["espalier_sas", "larval"] == 8 and one["espalier_sas", "valid"] == 0, one)
        check(one["espalier_daemon_alive",] == 1, one)
        # A counter stays when its SAs go.
        for spi in range(FIRST, FIRST + 8):
            host.delete_sa(spi)
        wait_for(lambda: read(path)[f"{host.prefix}-b"]["espalier_sas", "larval"] == 0,
                 "the SAs to go", 20, 0.3)
        one = read(path)[f"{host.prefix}-b"]
        check(sum(v for (n, *_), v in one.items() if n == "espalier_cpu_packets_total") == 8000,
              "a counter fell", one)


def test_whole_at_any_time(host):
    """Whoever reads while it is written sees all of one time; at the end it is gone."""
    with tempfile.TemporaryDirectory() as directory:
        path = start(host, directory)
        os.chmod(directory, 0o755)
        last = 'espalier_sas_without_rule{netns="%s-b",device="eb"} 0\n' % host.prefix
        end, times = time.monotonic() + 12, set()
        while time.monotonic() < end:
            with open(path) as file:
                times.add(os.fstat(file.fileno()).st_mtime_ns)
                check(file.read().endswith(last), "half a file")
        check(len(times) >= 3, "it was not written anew", times)
        check(os.stat(path).st_mode & 0o777 == 0o644, "others cannot read it")
        check(os.listdir(directory) == ["espalier.prom"], "left over", os.listdir(directory))
        # A link in the way is not followed.
        os.symlink("/nonexistent/victim", f"{directory}/espalier.prom.new")
        time.sleep(6)
        check(os.listdir(directory) == ["espalier.prom"], "the link", os.listdir(directory))
        host.espalier("stop")
        wait_for(lambda: not os.listdir(directory), "the file to go")


def test_cannot_write(host):
    """A directory that is not there: said at start, and nothing is changed. One that goes: said."""
    process = host.daemon("--metrics", "/nonexistent/espalier.prom", ready=False)
    check(process.wait(20) == 1, "it went on")
    check("--metrics /nonexistent/espalier.prom: cannot write there: No such file" in host.log, host.log)
    check(host.show()["interfaces"] == [], "something was attached")
    # A directory of somebody else: root could write there now, but not with what it keeps.
    with tempfile.TemporaryDirectory() as foreign:
        os.chmod(foreign, 0o755)
        os.chown(foreign, 65534, 65534)
        process = host.daemon("--metrics", f"{foreign}/espalier.prom", ready=False)
        check(process.wait(20) == 1 and "cannot write there: Permission denied" in host.log, host.log)
    directory = tempfile.mkdtemp()
    path = start(host, directory)
    os.unlink(path)
    os.rmdir(directory)
    wait_for(lambda: f"writing {path}: No such file" in host.log, "it to say so")
    host.send("--sas", 1, "--spi", FIRST, "--count", 10)
    os.mkdir(directory)
    wait_for(lambda: os.path.exists(path), "the file to come back")
    check(host.log.count("writing ") == 1, "said more than once", host.log)


def test_setting_lost(host):
    """Somebody else rewrites a mask that we set: that is told in a sentence, by show and as a figure, and left so."""
    mask = "eb/queues/rx-0/rps_cpus"
    with tempfile.TemporaryDirectory() as directory:
        path = start(host, directory, "--method", "rps", "--resync", "1")
        lost = lambda: read(path)[f"{host.prefix}-b"]["espalier_settings_lost",]
        check(lost() == 0 and host.show()["settings"]["lost"] == 0, "lost at first", lost())
        ours = host.sysfs(mask)
        host.sysfs(mask, "0")
        wait_for(lambda: lost() == 1, "the figure")
        now = host.show()
        check(now["settings"]["lost"] == 1 and any("changed 1 setting" in w for w in now["warnings"]), now["warnings"])
        check(host.log.count("rx-0/rps_cpus is 0, no longer the") == 1, host.log)
        check(int(host.sysfs(mask), 16) == 0, "it was written over")
        host.sysfs(mask, ours)
        wait_for(lambda: lost() == 0, "the figure")
        check("again as it was set" in host.log, host.log)


def test_dashboard(host):
    """Each query of the dashboard is about what is written."""
    with open(f"{ROOT}/docs/grafana-espalier.json") as file:
        board = json.load(file)
    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    queries += [mark["expr"] for mark in board["annotations"]["list"]]
    check(len(queries) >= 8, "few queries", queries)
    with tempfile.TemporaryDirectory() as directory:
        path = start(host, directory, interval=200)
        wait_for(lambda: read(path)[f"{host.prefix}-b"]["espalier_rounds_total",] > 0, "rounds")
        with open(path) as file:
            families = set(re.findall(r"^# TYPE (\S+)", file.read(), re.M))
    for query in queries:
        names = re.findall(r"espalier_[a-z_]+", query)
        # What was before Espalier is node_exporter's to tell.
        check((names or "node_cpu_seconds_total" in query) and set(names) <= families, "not written:", query)
    unused = families - set(re.findall(r"espalier_[a-z_]+", " ".join(queries)))
    check(len(unused) <= 10, "hardly used:", unused)
    with open(f"{ROOT}/docs/alerts.yaml") as file:
        asked = set(re.findall(r"\bespalier_[a-z_]+", file.read()))
    check(len(asked) >= 10 and asked <= families | {"espalier_unknown_ratio"}, "alerts on what is not written:",
          asked - families)


def test_alerts(host):
    """Each alert fires for what it is about, and none where all is well; the queries of docs/fleet.md answer."""
    with open(f"{ROOT}/docs/fleet.md") as file:
        told = re.findall(r"^```promql\n(.*?)^```", file.read(), re.M | re.S)
    with open(f"{ROOT}/tests/net/alerts_test.yaml") as file:
        asked = [" ".join(one["expr"].split()) for group in yaml.safe_load(file)["tests"]
                 for one in group.get("promql_expr_test", ())]
    check(len(told) >= 3 and sorted(" ".join(query.split()) for query in told) == sorted(asked), "tested:", asked,
          "told:", told)
    told = subprocess.run(["promtool", "test", "rules", f"{ROOT}/tests/net/alerts_test.yaml"], text=True,
                          capture_output=True)
    check(told.returncode == 0 and "SUCCESS" in told.stdout, "promtool:", told.stdout + told.stderr)


if __name__ == "__main__":
    lab.main()
