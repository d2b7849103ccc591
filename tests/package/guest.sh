#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In the guest: starts systemd as process 1 of a namespace and has it run service.sh.
set -u

here=$(cd "$(dirname "$0")" && pwd)
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir /sys/fs/cgroup/box
echo $$ >/sys/fs/cgroup/box/cgroup.procs
cp "$ESPALIER_DEB" /var/lib/espalier-test.deb # systemd lays a file system of its own over /tmp
# Only what the test needs: nothing else that is installed on the host is to start.
cat >/etc/systemd/system/espalier-test.service <<END
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
Environment=ESPALIER_DEB=/var/lib/espalier-test.deb
ExecStart=/bin/bash $here/service.sh
StandardOutput=file:/run/espalier-test.out
StandardError=inherit
ExecStopPost=/bin/sh -c '[ "\$EXIT_CODE" = exited ] || EXIT_STATUS=1; exec systemctl --no-block exit \$EXIT_STATUS'
END
# It goes through all files of this machine for what to delete, which takes the guest five minutes.
ln -s /dev/null /etc/systemd/system/systemd-tmpfiles-setup.service
# What the service says, as no journal runs here: service.sh shows it where something fails.
mkdir -p /etc/systemd/system/espalier.service.d
cat >/etc/systemd/system/espalier.service.d/said.conf <<END
[Service]
StandardOutput=append:/run/espalier-said
StandardError=append:/run/espalier-said
END
timeout 1100 unshare --fork --pid --cgroup --mount-proc --uts env container=espalier-test \
	/lib/systemd/systemd --unit=espalier-test.service --log-target=console --show-status=0 \
	</dev/null >/run/systemd.out 2>&1
status=$?
cat /run/espalier-test.out
[ $status -lt 2 ] || {
	echo "FAIL package: systemd ended with $status"
	tail -n 20 /run/systemd.out
	status=1
}
exit $status
