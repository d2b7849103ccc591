#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The real ethtool(8) against every model, by tests/preload.

What is expected is what the drivers' sources say, put into ethtool's words by hand: one row for each
distinct behaviour.
"""
import errno
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
from lab import BUILD, ROOT, Failed, check

OPNOTSUPP, INVAL = "Operation not supported", "Invalid argument"
MODELS = {model["name"]: model for model in json.loads(subprocess.run(
    [f"{BUILD}/espalier", "models", "--json"], check=True, stdout=subprocess.PIPE).stdout)["models"]}
with open(f"{ROOT}/src/nic/models/rows.h") as file:  # of these ethtool is told nothing
    ROWS = set(re.findall(r"^ROW\((\w+),", file.read(), re.M))
VLAN, ADDRESSES, PORTS = ["VLAN tag"], ["IP SA", "IP DA"], ["L4 bytes 0 & 1", "L4 bytes 2 & 3"]
LAYER3 = ["L2DA", "VLAN tag", "L3 proto"] + ADDRESSES
RULE = "flow-type esp4 src-ip 192.0.2.1 dst-ip 192.0.2.2 spi 0x1000 action 2".split()


class Nic:
    """An interface nic0 of a model, with up to four queues; its state lives as long as the with block."""

    def __init__(self, model, ntuple=False):
        self.queues = min(4, MODELS[model]["queues"])
        self.model = f"nic0:{model}:{self.queues}" + (":ntuple" if ntuple else "")

    def __enter__(self):
        self.state = tempfile.NamedTemporaryFile()
        return self

    def __exit__(self, *_):
        self.state.close()

    def ethtool(self, *arguments):
        """Runs ethtool on nic0: exit status, and what it printed on both outputs."""
        flag, *rest = arguments
        result = subprocess.run(
            ["ethtool", flag, "nic0", *map(str, rest)], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C", "ESPALIER_MODEL": self.model,
                 "ESPALIER_MODEL_STATE": self.state.name,
                 "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"})
        return result.returncode, result.stdout

    def probe(self, *arguments, interface="nic0"):
        """What our own code reads, by tests/net/ethtool_probe.c: the words of each line."""
        said = subprocess.run(
            [f"{BUILD}/tests/net/ethtool_probe", interface, *map(str, arguments)], text=True,
            stdout=subprocess.PIPE, check=True,
            env={**os.environ, "ESPALIER_MODEL": self.model,
                 "ESPALIER_MODEL_STATE": self.state.name,
                 "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}).stdout
        return [line.split() for line in said.splitlines()]

    def refused(self, why, *arguments):
        status, said = self.ethtool(*arguments)  # ethtool 6.1 forgets the status of some errors
        check(why in said, f"{self.model}: {arguments} should say {why}:", said)

    def done(self, *arguments):
        status, said = self.ethtool(*arguments)
        check(not status and "annot" not in said, f"{self.model}: {arguments} should do:", said)
        return said

    def fields(self, word, expected):
        """-n rx-flow-hash WORD: a list of fields, or why it is refused."""
        if isinstance(expected, str):
            return self.refused(expected, "-n", "rx-flow-hash", word)
        said = self.done("-n", "rx-flow-hash", word)
        known = [line.split(" [")[0] for line in said.splitlines()[1:] if line.strip()]
        known = [] if known == ["None"] else known
        check(known == expected, f"{self.model}: rx-flow-hash {word}:", said)


# Whose drivers have no get_channels, and those that count receive and transmit channels apart.
NO_CHANNELS = {"dpaa_eth", "enetc", "enetc-vf", "enetc4", "mtk_eth_soc", "airoha", "atlantic", "mvpp2", "mvneta", "cxgb4", "r8169", "r8125", "hinic3",
               "xen-netfront", "lan743x", "e1000e", "niu", "gianfar", "ixgbevf",
               "igbvf", *ROWS}
APART = {"mlx4", "dpaa2", "stmmac", "dwxgmac", "tg3", "sxgbe"}
# Whose drivers show no table, or none that can be set.
NO_TABLE = {"veth", "enic", "dpaa_eth", "mtk_eth_soc", "airoha", "dpaa2", "stmmac", "r8169", "hinic3", "xen-netfront",
            "tun", "virtio-norss", "e1000e", "niu", "sxgbe", "gianfar", "liquidio", "ixgbevf", "igbvf",
            *ROWS}
ONE_ENTRY = {"mvneta"}


def test_driver_and_channels():
    drivers = {"dpaa_eth": "fsl_dpa", "mlx4": "mlx4_en", "mtk_eth_soc": "mtk_soc_eth", "airoha": "airoha_eth",
               "dpaa2": "fsl_dpaa2_eth", "enetc": "fsl_enetc", "enetc4": "nxp_enetc4", "enetc-vf": "fsl_enetc_vf", "xlgmac": "dwc-xlgmac",
               "sfc-siena": "sfc_siena", "sfc-falcon": "sfc_falcon",
               "stmmac": "st_gmac", "dwxgmac": "st_xgmac",
               "xen-netfront": "vif", "am65_cpsw": "am65-cpsw-nuss", "r8152": "r8152", "liquidio": "liquidio",
               "gianfar": "gfar-enet", "bnge": "bng_en", "octeontx2-vf": "rvu_nicvf",
               "mlx5": "mlx5_core", "bnxt": "bnxt_en", "octeontx2": "rvu_nicpf", "ena": "ena",
               "vmxnet3-v6": "vmxnet3", "virtio": "virtio_net", "thunder": "nicvf", "gve": "gve"}
    for model in MODELS:
        with Nic(model) as nic:
            said = nic.done("-i")
            check(f"driver: {drivers.get(model, said.split()[1])}\n" in said, model, said)
            if model in NO_CHANNELS:
                nic.refused(OPNOTSUPP, "-l")
            else:
                said = nic.done("-l").split("Current")[1].split()
                check(said[said.index("RX:" if model in APART else "Combined:") + 1] == str(nic.queues), model, said)


# What ethtool calls esp4 after rx-flow-hash is AH_ESP.
FIELDS = {
    # model: esp4, ah4, esp6, udp4
    "mlx5": (INVAL, INVAL, INVAL, ADDRESSES + PORTS),
    "i40e": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES + PORTS),
    "ice": ([], [], [], ADDRESSES + PORTS),
    "iavf": (INVAL, INVAL, INVAL, INVAL),
    "ixgbe": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "igb": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "igc": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "ena": (OPNOTSUPP, OPNOTSUPP, INVAL, ADDRESSES + PORTS),
    "vmxnet3-v3": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "vmxnet3-v4": (ADDRESSES, ADDRESSES, ADDRESSES, None),
    "octeontx2-vf": (VLAN + ADDRESSES,) * 3 + (VLAN + ADDRESSES + PORTS,),
    "octeontx2": (VLAN + ADDRESSES, VLAN + ADDRESSES, VLAN + ADDRESSES, VLAN + ADDRESSES + PORTS),
    "bnxt": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES + PORTS),
    "virtio": ([], [], [], ADDRESSES + PORTS),
    "virtio-norss": ([], [], [], []),
    "hv_netvsc": ([], [], [], ADDRESSES + PORTS),
    "iavf-x710": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "ixgbe-x550": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "gve": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "mana": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "hns3": (INVAL, INVAL, INVAL, ADDRESSES + PORTS),
    "nfp": (INVAL, INVAL, INVAL, ADDRESSES),
    "sfc": (ADDRESSES, ADDRESSES, ADDRESSES, None),
    "sfc-siena": (ADDRESSES, ADDRESSES, ADDRESSES, None),
    "sfc-falcon": (ADDRESSES, ADDRESSES, [], ADDRESSES),
    "enic": (ADDRESSES, ADDRESSES, ADDRESSES, None),
    "thunder": (INVAL, INVAL, INVAL, ADDRESSES + PORTS),
    "qede": ([], [], [], None),
    "veth": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "dpaa_eth": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES + PORTS),
    "idpf": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "ionic": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "mlx4": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "mtk_eth_soc": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    "airoha": (OPNOTSUPP, OPNOTSUPP, OPNOTSUPP, OPNOTSUPP),
    # dpaa2_eth_get_rxfh_fields; niu_get_rxfh_fields after niu_new_parent
    **dict.fromkeys(("dpaa2", "niu"), (["L3 proto"] + ADDRESSES + PORTS,) * 4),
    **dict.fromkeys(("enetc", "enetc-vf", "enetc4"), (LAYER3,) * 3 + (LAYER3 + PORTS,)),
    "mvpp2": ([], [], [], ADDRESSES + PORTS),
    "bnx2x": ([], [], [], ADDRESSES),
    "be2net": ([], [], [], ADDRESSES + PORTS),
    "cxgb4": (ADDRESSES, ADDRESSES, ADDRESSES, None),
    "r8125": (INVAL, INVAL, INVAL, ADDRESSES),
    "fbnic": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "txgbe": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "ngbe": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),
    "atlantic": (OPNOTSUPP,) * 4, "mvneta": (OPNOTSUPP,) * 4, "stmmac": (OPNOTSUPP,) * 4, "dwxgmac": (OPNOTSUPP,) * 4,
    "xen-netfront": (OPNOTSUPP,) * 4, "tg3": (OPNOTSUPP,) * 4, "r8169": (OPNOTSUPP,) * 4, "hinic3": (OPNOTSUPP,) * 4,
    "amd-xgbe": (OPNOTSUPP,) * 4, "tun": (OPNOTSUPP,) * 4,
    "hinic": (INVAL, INVAL, INVAL, ADDRESSES + PORTS),  # hinic_init_rss_parameters
    "fm10k": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES),  # fm10k_get_rssh_fields
    "sxgbe": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES + PORTS), "lan743x": ([], [], [], ADDRESSES + PORTS),
    "e1000e": (ADDRESSES, ADDRESSES, ADDRESSES, ADDRESSES), "gianfar": (OPNOTSUPP,) * 4,
    "liquidio": (OPNOTSUPP,) * 4, "ixgbevf": (OPNOTSUPP,) * 4, "igbvf": (OPNOTSUPP,) * 4,
    **dict.fromkeys(ROWS, (OPNOTSUPP,) * 4),
}


def test_hash_fields():
    for model, answers in FIELDS.items():
        with Nic(model) as nic:
            for word, expected in zip(("esp4", "ah4", "esp6", "udp4"), answers):
                if expected is not None:
                    nic.fields(word, expected)


def test_set_esp4_sdfn():
    """Who takes it, what is read back, and the SPI (as ports) of IPv6."""
    refused = {"mlx5": INVAL, "i40e": INVAL, "ice": INVAL, "iavf": INVAL, "ixgbe": INVAL,
               "igb": INVAL, "igc": INVAL, "ena": OPNOTSUPP, "vmxnet3-v3": OPNOTSUPP,
               "virtio": INVAL, "virtio-norss": INVAL, "hv_netvsc": OPNOTSUPP, "iavf-x710": OPNOTSUPP,
               "gve": OPNOTSUPP, "mana": OPNOTSUPP, "hns3": INVAL, "nfp": INVAL,
               "sfc": OPNOTSUPP, "enic": OPNOTSUPP, "thunder": INVAL, "qede": INVAL,
               "veth": OPNOTSUPP, "idpf": OPNOTSUPP, "ionic": OPNOTSUPP, "mlx4": OPNOTSUPP,
               "mtk_eth_soc": OPNOTSUPP, "airoha": OPNOTSUPP, "enetc": OPNOTSUPP, "mvpp2": OPNOTSUPP,
               "bnx2x": INVAL, "be2net": INVAL, "cxgb4": OPNOTSUPP, "r8125": INVAL, "fbnic": INVAL,
               "txgbe": INVAL, "ngbe": INVAL, "atlantic": OPNOTSUPP, "tg3": OPNOTSUPP,
               "hinic": INVAL, "fm10k": INVAL, "sxgbe": INVAL, "gianfar": INVAL, "lan743x": OPNOTSUPP,
               "e1000e": OPNOTSUPP,
               **dict.fromkeys(ROWS, OPNOTSUPP)}
    for model, why in refused.items():
        with Nic(model) as nic:
            nic.refused(why, "-N", "rx-flow-hash", "esp4", "sdfn")
    for model, both in ("vmxnet3-v4", False), ("vmxnet3-v6", False), ("octeontx2", True), \
            ("octeontx2-vf", True), ("bnxt", False):
        with Nic(model) as nic:
            nic.done("-N", "rx-flow-hash", "esp4", "sdfn")
            nic.fields("esp4", ADDRESSES + PORTS)
            nic.fields("esp6", ADDRESSES + PORTS if both else ADDRESSES)
            nic.done("-N", "rx-flow-hash", "esp4", "sd")
            nic.fields("esp4", VLAN + ADDRESSES if "octeontx2" in model else ADDRESSES)
    with Nic("niu") as nic:  # niu_set_rxfh_fields: a class each of ESP and AH of IPv4 and IPv6
        nic.done("-N", "rx-flow-hash", "esp4", "sd")
        nic.fields("ah4", ADDRESSES)
        nic.fields("esp6", ["L3 proto"] + ADDRESSES + PORTS)
    with Nic("dpaa2") as nic:  # of all types at once
        nic.done("-N", "rx-flow-hash", "esp4", "sd")
        nic.fields("udp6", ADDRESSES)
        nic.refused(OPNOTSUPP, "-N", "rx-flow-hash", "esp4", "sdr")  # DPAA2_RXH_SUPPORTED
    with Nic("fbnic") as nic:  # of all of the family that is no TCP or UDP
        nic.done("-N", "rx-flow-hash", "esp4", "s")
        nic.fields("ah4", ["IP SA"])
        nic.fields("esp6", ADDRESSES)
    with Nic("octeontx2") as nic:  # otx2_ethtool.c:703-731
        nic.refused(OPNOTSUPP, "-N", "rx-flow-hash", "esp4", "vsdfn")
        nic.done("-N", "rx-flow-hash", "udp4", "sdfn")  # takes VLAN out of all
        nic.fields("esp6", ADDRESSES)
    with Nic("bnxt") as nic:  # bnxt_ethtool.c:1777-1793: the repair is a word of ethtool's
        nic.done("-N", "rx-flow-hash", "esp6", "sdfn")
        nic.fields("sctp6", [])
        nic.done("-N", "rx-flow-hash", "sctp6", "sd")
        nic.fields("sctp6", ADDRESSES)
        nic.fields("esp6", ADDRESSES + PORTS)
    with Nic("dpaa_eth") as nic:  # taken for "all hashing on", as it is
        nic.done("-N", "rx-flow-hash", "esp4", "sdfn")
        nic.fields("esp4", ADDRESSES)
    with Nic("vmxnet3-v4") as nic:
        nic.refused(OPNOTSUPP, "-N", "rx-flow-hash", "esp6", "sdfn")
    with Nic("vmxnet3-v6") as nic:
        nic.done("-N", "rx-flow-hash", "esp6", "sdfn")
        nic.fields("esp6", ADDRESSES + PORTS)


def test_set_udp4_sdfn():
    for model in "mlx5 i40e ice iavf ixgbe igb igc vmxnet3-v4 octeontx2 bnxt virtio hns3 nfp " \
                 "thunder qede mvpp2 bnx2x be2net r8125 fbnic txgbe ngbe dpaa2".split():
        with Nic(model) as nic:
            nic.done("-N", "rx-flow-hash", "udp4", "sdfn")
            nic.fields("udp4", ADDRESSES + PORTS)
    for model, why in ("enetc", OPNOTSUPP), ("cxgb4", OPNOTSUPP), ("tg3", OPNOTSUPP), \
            ("gve", OPNOTSUPP), ("mana", OPNOTSUPP), ("sfc", OPNOTSUPP), \
            ("enic", OPNOTSUPP), ("vmxnet3-v3", OPNOTSUPP), ("veth", OPNOTSUPP):
        with Nic(model) as nic:
            nic.refused(why, "-N", "rx-flow-hash", "udp4", "sdfn")
    with Nic("ena") as nic:  # taken, and nothing has changed
        nic.done("-N", "rx-flow-hash", "udp4", "sd")
        nic.fields("udp4", ADDRESSES + PORTS)


def test_rules_by_spi():
    for model, why in {"mlx5": OPNOTSUPP, "i40e": OPNOTSUPP, "ice": INVAL, "ixgbe": INVAL,
                       "igb": INVAL, "igc": OPNOTSUPP, "ena": OPNOTSUPP, "bnxt": OPNOTSUPP,
                       "octeontx2": OPNOTSUPP, "nfp": OPNOTSUPP, "sfc": INVAL, "qede": OPNOTSUPP,
                       "virtio": OPNOTSUPP, "vmxnet3-v6": OPNOTSUPP, "mana": OPNOTSUPP,
                       "gve": OPNOTSUPP, "veth": OPNOTSUPP, "dpaa_eth": OPNOTSUPP, "idpf": OPNOTSUPP,
                       "ionic": OPNOTSUPP, "mlx4": INVAL, "mtk_eth_soc": OPNOTSUPP,
                       "airoha": OPNOTSUPP, "fbnic": INVAL, "enetc": OPNOTSUPP, "dpaa2": OPNOTSUPP,
                       "atlantic": INVAL, "mvpp2": INVAL, "cxgb4": INVAL, "enetc4": OPNOTSUPP,
                       "tg3": OPNOTSUPP}.items():
        with Nic(model) as nic:
            nic.refused(why, "-N", *RULE)
    with Nic("iavf") as nic:
        said = nic.done("-N", *RULE)
        check("Added rule with ID" in said, said)
        said = nic.done("-n")
        check("Total 1 rules" in said and "Action: Direct to queue 2" in said, said)
        check("SPI: 4096 mask: 0x0" in said or "0x1000" in said, said)
        nic.done("-N", "flow-type", "esp6", "spi", "0x2000", "action", "1", "loc", "3")
        nic.refused("File exists", "-N", "flow-type", "esp4", "spi", "0x3000", "action", "1", "loc", "3")
        nic.refused("File exists", "-N", *RULE, "loc", "4")  # the same once more
        nic.refused(OPNOTSUPP, "-N", "flow-type", "ip4", "l4proto", "50", "action", "1", "loc", "5")
        nic.refused(INVAL, "-u", "rule", "77")
        nic.done("-N", "delete", "3")
        nic.done("-N", "flow-type", "udp4", "dst-port", "4500", "user-def",
                 hex((42 << 16 | 0xc0ff) << 32 | 44 << 16 | 0xee01), "action", "1")
    with Nic("gve", ntuple=True) as nic:
        nic.done("-N", *RULE)
    with Nic("mlx5") as nic:
        nic.done("-N", "flow-type", "ip4", "l4proto", "50", "action", "1")


def test_table():
    for model in set(MODELS) - NO_TABLE:
        with Nic(model) as nic:
            nic.done("-X", "equal", "2")
            rows = [line.split(":")[1].split() for line in nic.done("-x").splitlines()
                    if line[:5].strip().isdigit()]
            check({entry for row in rows for entry in row} == {"0", "1"} - ({"1"} if model in ONE_ENTRY else set()),
                  model, rows)
    sizes = {"mlx5": 256, "i40e": 512, "ice": 2048, "iavf": 64, "ena": 128, "octeontx2": 256,
             "bnxt": 512, "ixgbe": 128, "ixgbe-x550": 512, "ixgbe-x550-sriov": 64, "virtio": 128,
             "hns3": 512, "mana": 64, "ionic": 128, "idpf": 64, "mlx4": 4,
             "atlantic": 64, "enetc": 64, "mvpp2": 32, "mvneta": 1, "dwxgmac": 256, "tg3": 128, "bnx2x": 128,
             "be2net": 128, "cxgb4": 128, "r8125": 128, "fbnic": 256, "txgbe": 128, "amd-xgbe": 256, "hinic": 256,
             "fm10k": 128, "lan743x": 128}
    for model, size in sizes.items():
        with Nic(model) as nic:
            rows = [line for line in nic.done("-x").splitlines() if line[:5].strip().isdigit()]
            check(sum(len(row.split(":")[1].split()) for row in rows) == size, model, len(rows))
    for model in NO_TABLE:
        with Nic(model) as nic:
            status, said = nic.ethtool("-X", "equal", "2")
            check(status, model, said)


def test_key_and_function():
    key = ":".join(["6d"] * 40)
    for model in "mlx5 ixgbe igb igc ena virtio bnxt mana qede sfc ionic mlx4 atlantic enetc dwxgmac be2net r8125 " \
                 "ngbe amd-xgbe".split():
        with Nic(model) as nic:
            nic.done("-X", "hkey", key)
            check(key in nic.done("-x"), model)
    for model in "vmxnet3-v6 ena-fixed virtio-norss tg3 bnx2x cxgb4 mvpp2 mvneta stmmac".split():
        with Nic(model) as nic:
            status, said = nic.ethtool("-X", "hkey", key)
            check(status, f"{model} has no key to set:", said)
            check(key not in nic.done("-x"), model)
    with Nic("octeontx2") as nic:  # 44 bytes
        check(nic.ethtool("-X", "hkey", key)[0], "a key that is too short was taken")
    for model in "mlx5", "i40e", "vmxnet3-v6", "ena-fixed":
        with Nic(model) as nic:
            nic.refused(OPNOTSUPP, "-X", "hfunc", "crc32")
    with Nic("mvpp2") as nic:
        check("crc32: on" in nic.done("-x"), "mvpp2's function")
    with Nic("fbnic") as nic:  # fbnic_set_rxfh
        nic.refused(INVAL, "-X", "hfunc", "crc32")
    with Nic("hinic") as nic:  # hinic_init_rss_parameters
        check("xor: on" in nic.done("-x"), "hinic's function")
        nic.done("-X", "hfunc", "toeplitz")
        check("toeplitz: on" in nic.done("-x"), "hinic's other function")
    with Nic("mlx4") as nic:
        nic.refused(INVAL, "-X", "hfunc", "crc32")
        nic.done("-X", "hfunc", "xor")
        check("xor: on" in nic.done("-x"), "mlx4's function")
    with Nic("ena") as nic:
        nic.done("-X", "hfunc", "crc32")
        check("crc32: on" in nic.done("-x"), "ena's function")
    with Nic("mlx5") as nic:
        check("toeplitz: on" in nic.done("-x"), "mlx5's function")


def test_channels_that_stay():
    for model in "vmxnet3-v6", "sfc", "enic", "tun":
        with Nic(model) as nic:
            nic.refused(OPNOTSUPP, "-L", "combined", "2")
    with Nic("dpaa2") as nic:
        nic.refused(OPNOTSUPP, "-L", "rx", "2")
        said = nic.done("-l").split("Current")[1].split()  # dpaa2_eth_get_channels: the sum too
        check(said[said.index("Other:") + 1] == "5" and said[said.index("Combined:") + 1] == "13", said)
        check(["channels", "0", "4", "4", "5", "0"] in nic.probe(), "our own code takes no sum for channels", nic.probe())
    with Nic("mlx4") as nic:
        nic.refused(INVAL, "-L", "combined", "2")
        nic.done("-L", "rx", "2")
        check("RX:\t\t2\n" in nic.done("-l").split("Current")[1], "mlx4", nic.done("-l"))
    with Nic("mlx5") as nic:
        nic.done("-L", "combined", "2")
        check("Combined:\t2" in nic.done("-l"), "mlx5")


# The numbers of flow types and errnos, and RXH_ bits, as the drivers' sources have them: by flow
# type ESP 0a, 0c; AH_ESP 04, 08; AH 09, 0b. An errno, or the fields as hexadecimal text.
SD, SDFN, SDV, SDFNV = "30", "f0", "34", "f4"
ASKED = {
    "mlx5": {"0a": SD, "0c": SD, "09": SD, "0b": SD, "04": errno.EINVAL, "08": errno.EINVAL,
             "01": None, "02": SDFN},
    "ena": {"0a": errno.EOPNOTSUPP, "0c": errno.EOPNOTSUPP, "04": errno.EOPNOTSUPP,
            "08": errno.EINVAL},
    "octeontx2": {"0a": SDV, "04": SDV, "02": SDFNV},
    "ice": {"0a": "00", "0c": "00", "04": "00", "08": "00", "09": "00", "02": SDFN},
    "i40e": {"0a": SD, "0c": SD, "04": SD, "08": SD, "09": SD, "0b": SD},
    "sfc": {"0a": "00", "04": SD},
    "hns3": {"0a": errno.EINVAL, "04": errno.EINVAL, "02": SDFN},
    "vmxnet3-v3": {"0a": errno.EOPNOTSUPP, "04": errno.EOPNOTSUPP},
    "vmxnet3-v4": {"0a": SD, "04": SD},
    "igc": {"0a": SD, "02": SD},
    "veth": {"0a": errno.EOPNOTSUPP, "04": errno.EOPNOTSUPP, "02": errno.EOPNOTSUPP},
    "dpaa_eth": {"0a": SD, "0c": SD, "04": SD, "08": SD, "09": SD, "0b": SD, "02": SDFN},
    "enetc": {"0a": "00", "0c": "00", "09": "00", "04": "3e", "08": "3e", "02": "fe"},
    "cxgb4": {"0a": "00", "04": SD, "08": SD},
    "fbnic": {"0a": SD, "04": SD, "09": SD, "02": SD},
    "dpaa2": {"0a": "f8", "04": "f8", "02": "f8"},
    "r8125": {"0a": errno.EINVAL, "04": errno.EINVAL, "02": SD},
    "ionic": {"0a": errno.EOPNOTSUPP, "04": errno.EOPNOTSUPP, "02": errno.EOPNOTSUPP},
}


def test_own_code_keeps_errnos():
    """Our own ethtool code tells ESP and AH_ESP apart, and keeps what the driver refuses with."""
    for model, answers in ASKED.items():
        with Nic(model) as nic:
            seen = {w[1]: (int(w[2]), w[3]) for w in nic.probe() if w[0] == "fields"}
            for flow, expected in answers.items():
                if expected is None:
                    continue
                wanted = (expected, "00") if isinstance(expected, int) else (0, expected)
                check(seen[flow] == wanted, f"{model}, flow type {flow}:", seen[flow], wanted)


def test_own_code_sets_and_reads_back():
    for model, flow, fields, err in (
            ("vmxnet3-v4", "04", SDFN, 0), ("octeontx2", "04", SDFN, 0),
            ("octeontx2", "0a", SDFN, errno.EINVAL), ("mlx5", "0a", SDFN, errno.EOPNOTSUPP),
            ("ena", "02", SD, errno.EOPNOTSUPP),  # taken, but nothing has changed
            ("bnxt", "04", SDFN, 0), ("ixgbe", "04", SD, 0), ("ixgbe", "04", SDFN, errno.EINVAL)):
        with Nic(model) as nic:
            check(["set", str(err)] in nic.probe("set", flow, fields), model, flow,
                  nic.probe("set", flow, fields))


def test_own_code_rules_and_tables():
    with Nic("iavf") as nic:
        check(["insert", "0"] in nic.probe("rule", "0x1000", 2, 5), "iavf takes a rule by SPI")
        seen = nic.probe("rule", "0x2000", 1, 5)
        check(["insert", str(errno.EEXIST)] in seen, "a location in use:", seen)
        check(["rules", "0", "128", "1"] in seen, seen)
        check("rule 5 spi 1000 queue 2".split() in seen, seen)
    for model, err in ("mlx5", errno.EOPNOTSUPP), ("i40e", errno.EOPNOTSUPP), ("ice", errno.EINVAL):
        with Nic(model) as nic:
            check(["insert", str(err)] in nic.probe("rule", "0x1000", 2, 5), model)
    for model, rss in (("mlx5", "0 256 40 1"), ("i40e", "0 512 52 1"), ("ice", "0 2048 52 1"),
                       ("igb", "0 128 40 1"), ("octeontx2", "0 256 44 1")):
        with Nic(model) as nic:
            check(["rss", *rss.split()] in nic.probe(), model, nic.probe())


def test_own_code_on_a_veth_and_encapsulation_sockets():
    """A real veth by the kernel; a real socket with UDP_ENCAP, without and with UDP_GRO."""
    script = """
import socket, subprocess, sys
subprocess.run("ip link add va numrxqueues 4 numtxqueues 4 type veth peer name vb", shell=True,
               check=True)
def probe(): return subprocess.run([sys.argv[1], "va"], stdout=subprocess.PIPE, text=True).stdout
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(probe())
s.setsockopt(socket.IPPROTO_UDP, 100, 2)  # UDP_ENCAP, UDP_ENCAP_ESPINUDP
print(probe())
s.setsockopt(socket.IPPROTO_UDP, 104, 1)  # UDP_GRO
print(probe())
"""
    result = subprocess.run(["unshare", "-n", "/usr/bin/python3", "-c", script,
                             f"{BUILD}/tests/net/ethtool_probe"], text=True, capture_output=True)
    said = result.stdout
    encap = [line for line in said.splitlines() if line.startswith("encap")]
    check(encap == ["encap 0 0 0", "encap 0 1 0", "encap 0 1 1"], encap, result.stderr)
    check(f"fields 0a {errno.EOPNOTSUPP} 00" in said, said)
    check(f"rss {errno.EOPNOTSUPP} 0 0 0" in said, said)


def nic_table(models):
    """Those that do otherwise than to hash the addresses of ESP, as README's table."""
    lines = ["| NIC | driver | spreads ESP by SPI | takes rules by SPI |", "|---|---|---|---|"]
    for m in models:
        spreads = "yes, by default" if m["hashes"] == "spi" else "no"
        if m["command"]:
            both = "esp6" in m["command"]
            spreads = f"after `{m['command'].split(';')[0]}`" + (" and the same of `esp6`" if both else ", of IPv4 only")
            repair = [part.split()[-2:] for part in m["command"].split(";")[2:]]
            spreads += "".join(f", then `{' '.join(words)}`" for words in repair)
        if m["after"] == "sprays":
            spreads = "**never ask for it**: it takes the sequence number too, and packets are lost"
        rules = {None: "no", "yes": f"{m['rules']}", "yes, UDP too": f"{m['rules']}, of ESP in UDP too",
                 "yes (IPv4)": f"{m['rules']}, not of IPv6"}[m["rule"]]
        if (spreads, rules) != ("no", "no"):
            lines.append(f"| {m['nic']} | `{m['driver']}` | {spreads} | {rules} |")
    return "\n".join(lines) + "\n"


def test_table_of_the_readme():
    """What README says of NICs is what the models say, and it names every one that differs."""
    with open(os.path.join(ROOT, "README.md")) as file:
        text = file.read()
    table = nic_table(MODELS.values())
    written = text.split("<!-- NICs that differ -->\n")[1].split("<!-- end -->")[0]
    check(written == table, "README's table is not what the models say, which is:", table)
    check(f"Of the {len(MODELS)} that" in text, "another number of models:", len(MODELS))
    check({m["hashes_udp"] for m in MODELS.values()} == {"addresses", "unhashed"}, "one spreads ESP in UDP")


def main():
    failed = 0
    for name, function in list(globals().items()):
        if not name.startswith("test_") or (sys.argv[1:] and name not in sys.argv[1:]):
            continue
        try:
            function()
            print(f"ok ethtool {name}", flush=True)
        except Failed as error:
            failed += 1
            print(f"FAIL ethtool {name}: {error}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
