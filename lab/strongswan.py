# SPDX-License-Identifier: GPL-2.0-only
"""Two strongSwan gateways over the lab: real IKE, ESP-in-UDP unless told otherwise; user-space ESP, or
the kernel's where it has ESP.

Each charon lives in its side's namespace with a /run of its own. Child cN joins 10.1.N.1 of side a
with 10.2.N.1 of side b; in transport mode it has what goes to UDP port 7000 + N of side b itself. With per_cpu
("yes" or "encap", strongSwan 6.0.2 or later) traffic brings it up, and then an SA more for each CPU that sends.
$ESPALIER_STRONGSWAN is a root of lab/guest/root with another strongSwan than that which is installed.
"""
import os
import re
import shutil
import subprocess
import tempfile

from lab import GATEWAY, PEER, ROOT, Failed, check, wait_for

APART = os.environ.get("ESPALIER_STRONGSWAN")
IN_ROOT = [f"{ROOT}/lab/guest/in-root", APART]
CHARON = "/usr/lib/ipsec/charon"
PACKAGES = "strongswan-charon strongswan-swanctl libstrongswan-standard-plugins " \
           "libcharon-extra-plugins"
NET = {"a": 1, "b": 2}
ADDRESS = {"a": PEER, "b": GATEWAY}
OTHER = {"a": "b", "b": "a"}

# If kernel-libipsec is there it comes first and takes the SAs, kernel-netlink addresses and routes. What a
# strongSwan has no plugin for, its openssl has.
SETTINGS = """
charon {{
	load = random nonce aes sha1 sha2 hmac kdf gmp gcm openssl {libipsec} kernel-netlink \
		socket-default vici
	filelog {{
		log {{
			path = {directory}/log
			default = 1
			esp = 0
			flush_line = yes
		}}
	}}
	plugins {{
		vici {{
			socket = unix://{directory}/vici
		}}
	}}
}}
swanctl {{
	load = random
}}
"""

CONNECTION = """
connections {{
	lab {{
		version = 2
		local_addrs = {local}
		remote_addrs = {remote}
		proposals = aes128-sha256-modp2048
		encap = {encap}
		mobike = {mobike}
		dpd_delay = 1s
		local {{
			auth = psk
			id = side-{side}
		}}
		remote {{
			auth = psk
			id = side-{other}
		}}
		children {{
{children}
		}}
	}}
}}
secrets {{
	ike-lab {{
		secret = "known to both sides of the lab"
	}}
}}
"""

CHILD = """
			c{number} {{
				local_ts = 10.{local}.{number}.1/32
				remote_ts = 10.{remote}.{number}.1/32
				esp_proposals = aes128gcm16
				{per_cpu}
			}}
"""
PER_CPU = "per_cpu_sas = {}\n\t\t\t\tstart_action = trap"


# UDP to one port of side b, between the gateways themselves.
TRANSPORT = """
			c{number} {{
				mode = transport
				local_ts = dynamic[udp{local}]
				remote_ts = dynamic[udp{remote}]
				esp_proposals = aes128gcm16
			}}
"""
FIRST_PORT = 7000


def installed(*command):
    """A command of strongSwan's, where it is installed."""
    return [*(IN_ROOT if APART else []), *command]


def version():
    said = subprocess.run(installed(CHARON, "--version"), text=True, capture_output=True, check=True).stdout
    return said.strip()


class Charon:
    """The strongSwan of one side."""

    def __init__(self, lab, side, children, kernel=False, mobike=False, transport=False, encap=True,
                 per_cpu=None):
        self.lab, self.side, self.children, self.kernel, self.mobike = lab, side, children, kernel, mobike
        self.transport, self.encap, self.per_cpu = transport, encap, per_cpu
        self.directory = tempfile.mkdtemp(prefix=f"{lab.prefix}-strongswan-{side}-")
        self.uri = f"unix://{self.directory}/vici"
        self.environment = {**os.environ, "STRONGSWAN_CONF": f"{self.directory}/strongswan.conf"}
        self.write("strongswan.conf", SETTINGS.format(
            directory=self.directory, libipsec="" if kernel else "kernel-libipsec"))
        self.write("swanctl.conf", self.connection())
        for number in self.children:
            lab.run(side, ["ip", "address", "add", f"{self.address(number)}/32", "dev", "lo"])
        self.start()

    def write(self, name, text):
        with open(f"{self.directory}/{name}", "w") as file:
            file.write(text)

    def connection(self):
        other = OTHER[self.side]
        children = "".join(self.child(n) for n in self.children)
        return CONNECTION.format(side=self.side, other=other, local=ADDRESS[self.side],
                                 remote=ADDRESS[other], children=children,
                                 mobike="yes" if self.mobike else "no",
                                 encap="yes" if self.encap else "no")

    def child(self, number):
        if not self.transport:
            return CHILD.format(number=number, local=NET[self.side], remote=NET[OTHER[self.side]],
                                per_cpu=PER_CPU.format(self.per_cpu) if self.per_cpu else "")
        ports = {"a": "", "b": f"/{FIRST_PORT + number}"}
        return TRANSPORT.format(number=number, local=ports[self.side], remote=ports[OTHER[self.side]])

    def address(self, number):
        return f"10.{NET[self.side]}.{number}.1"

    def start(self):
        """Starts charon (again), and waits until it knows its connection."""
        alone = installed(CHARON) if APART else [
            "unshare", "--mount", "sh", "-c", f"mount -t tmpfs tmpfs /run && exec {CHARON}"]
        self.process = self.lab.start(self.side, alone, env=self.environment,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: self.process.poll() is not None or self.swanctl("--stats", check=False),
                 "charon")
        check(self.process.poll() is None, "charon ended:", self.log)
        self.swanctl("--load-all", "--file", f"{self.directory}/swanctl.conf")

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def close(self):
        self.stop()
        if self.kernel:  # what a charon that is killed leaves there
            self.lab.sh(self.side, "ip xfrm policy flush; ip xfrm state flush")
        for number in self.children:
            self.lab.run(self.side, ["ip", "address", "del", f"{self.address(number)}/32",
                                     "dev", "lo"], check=False)
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def log(self):
        with open(f"{self.directory}/log") as log:
            return log.read()

    def swanctl(self, *arguments, check=True):
        """Runs swanctl; its output, or, without check, "" if it failed."""
        command = installed("swanctl", *arguments, "--uri", self.uri)
        result = subprocess.run(command, text=True, capture_output=True, env=self.environment)
        if check and result.returncode:
            raise Failed(f"swanctl {' '.join(arguments)}: {result.stderr.strip()}\n{self.log}")
        return "" if result.returncode else result.stdout

    def initiate(self, number):
        self.swanctl("--initiate", "--child", f"c{number}", "--timeout", "20")

    def rekey(self, number):
        self.swanctl("--rekey", "--child", f"c{number}")

    def list_sas(self):
        """The SAs of the children, oldest first: (child's number, inbound SPI, packets in)."""
        raw = self.swanctl("--list-sas", "--raw")
        found = re.findall(r"name=c(\d+) .*?spi-in=([0-9a-f]+) .*?packets-in=(\d+)", raw)
        return [(int(child), int(spi, 16), int(packets)) for child, spi, packets in found]

    def packets(self):
        """The packets that came in on each inbound SPI."""
        return {spi: packets for _, spi, packets in self.list_sas()}

    def newest(self, number):
        """The newest inbound SPI of a child."""
        return [spi for child, spi, _ in self.list_sas() if child == number][-1]


class Pair:
    """Both gateways, no child up yet, inside a with block."""

    def __init__(self, lab, children, **options):
        self.lab, self.children, self.options = lab, children, options
        self.charons = []

    def __enter__(self):
        try:
            for side in "ab":
                self.charons.append(Charon(self.lab, side, self.children, **self.options))
        except BaseException:
            self.__exit__()
            raise
        self.a, self.b = self.charons
        return self

    def __exit__(self, *_):
        for charon in self.charons:
            charon.close()
