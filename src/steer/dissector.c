// SPDX-License-Identifier: GPL-2.0-only
// Our flow dissector: attached, adopted, detached.
#include "steer/dissector.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "nic/kernel.h"
#include "sas/program.h"
#include "steer/dissectors.h"

#define PIN_LINK "link_dissector"
#define NETNS	 "/proc/thread-self/ns/net"

/* The pinned link, if it is attached to this namespace still; -ENOENT, or another negative errno.
 */
static int open_link(const struct pins *pins)
{
	int link = pins_get(pins, PIN_LINK);
	struct dissector_link info;

	if (link < 0)
		return link;
	if (!dissector_link_read(link, &info) && info.netns == dissector_netns(NETNS))
		return link;
	close(link);
	return -ENOENT;
}

static int attach_new(const struct pins *pins, int program)
{
	int netns = open(NETNS, O_RDONLY | O_CLOEXEC), err = 0, link;

	if (netns < 0)
		return -errno;
	link = bpf_link_create(program, netns, BPF_FLOW_DISSECTOR, NULL);
	if (link < 0)
		err = -errno;
	close(netns);
	if (err)
		return err;
	err = pins_put(pins, PIN_LINK, link);
	close(link); /* without its pin it is gone */
	return err;
}

static int attach(const struct pins *pins, int program)
{
	int link = open_link(pins), err;

	if (link == -ENOENT)
		return attach_new(pins, program);
	if (link < 0)
		return link;
	err = bpf_link_update(link, program, NULL) < 0 ? -errno : 0;
	close(link);
	return err;
}

/* Why it cannot be attached: E2BIG and EEXIST are what the kernel says where there is one. */
static int refuse(int err, const struct pins *pins, char *why, size_t size)
{
	char who[DISSECTOR_WHY / 2];

	if (err != -E2BIG && err != -EEXIST && err != -EBUSY) {
		snprintf(why, size, "attaching the flow dissector: %s", strerror(-err));
		return err;
	}
	if (dissector_foreign(pins, who, sizeof(who)))
		snprintf(why, size, "%s", who);
	else
		snprintf(
			why, size,
			"another flow dissector is attached to some network namespace, and one in the "
			"initial namespace and others exclude each other; look for it there with "
			"bpftool net");
	return -EBUSY;
}

int dissector_attach(const struct maps *maps, const struct pins *pins, unsigned int index,
		     char *why, size_t size)
{
	char log[16384] = "";
	int program, err;

	if (kernel_can(KERNEL_DISSECTOR) == KERNEL_LACKS) {
		snprintf(why, size, "%s", kernel_sentence(KERNEL_DISSECTOR, KERNEL_LACKS));
		return -EOPNOTSUPP;
	}
	program = program_load_dissect(maps, index, log, sizeof(log));
	if (program < 0) {
		size_t length = strlen(log);

		snprintf(why, size, "loading the flow dissector: %s; %.400s", strerror(-program),
			 log + (length > 400 ? length - 400 : 0));
		return program;
	}
	err = attach(pins, program);
	close(program);
	return err ? refuse(err, pins, why, size) : 0;
}

bool dissector_is_attached(const struct pins *pins)
{
	int link = open_link(pins);

	if (link >= 0)
		close(link);
	return link >= 0;
}

int dissector_detach(const struct pins *pins)
{
	int link = pins_get(pins, PIN_LINK), err;

	if (link >= 0) {
		(void)bpf_link_detach(link); /* by its pin alone it is some time later */
		close(link);
	}
	err = pins_drop(pins, PIN_LINK);
	return err == -ENOENT ? 0 : err;
}

bool dissector_foreign(const struct pins *pins, char *who, size_t size)
{
	int link = pins ? open_link(pins) : -ENOENT;
	struct dissector_link ours = {0};

	if (link >= 0) {
		dissector_link_read(link, &ours);
		close(link);
	}
	return dissectors_find(&ours, NETNS, who, size);
}

void dissector_lacks(char *why, size_t size)
{
	char none[PINS_WHY_LEN];
	struct pins pins;
	bool ours;

	*why = '\0';
	if (kernel_can(KERNEL_DISSECTOR) == KERNEL_LACKS) {
		snprintf(why, size,
			 "flow dissectors of this kernel cannot leave packets to its own (those of "
			 "Linux 6.1 can)");
		return;
	}
	ours = !pins_find(&pins, false, none, sizeof(none));
	if (!dissector_foreign(ours ? &pins : NULL, why, size))
		*why = '\0';
	pins_close(&pins);
}
