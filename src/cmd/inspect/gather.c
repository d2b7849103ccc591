// SPDX-License-Identifier: GPL-2.0-only
// What `inspect` says of an interface: asks its driver and the kernel, and measures.
#include "cmd/inspect/gather.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "cli/interface_named.h"
#include "cli/wait.h"
#include "client/snapshot_now.h"
#include "nic/cpus.h"
#include "nic/link.h"
#include "sad/kernel_sas.h"
#include "steer/measure.h"
#include "steer/pick_cpus.h"

/* The roles that `run` would choose. */
static void gather_roles(const char *name, struct cpu_roles *roles)
{
	char copy[IFNAMSIZ], why[512], *interface = copy;
	struct cpus_facts machine;
	cpu_set_t cpus = {0};

	snprintf(copy, sizeof(copy), "%s", name);
	if (cpus_facts_read("/sys", &machine) ||
	    pick_cpus(0, &machine, &interface, 1, NULL, &cpus, why, sizeof(why)))
		CPU_SET(0, &cpus);
	first_roles(&cpus, &(const cpu_set_t){0}, -1, roles);
}

static void add_port(struct encap_ports *ports, const struct sa *sa)
{
	if (sa->encap && sa->encap_dport)
		ports->bit[sa->encap_dport / 64] |= 1ull << sa->encap_dport % 64;
}

static enum status cannot_start(struct inspection *in, const struct inspect_how *how, int err)
{
	const char *name = in->name;

	if (how->xdp && (err == -EBUSY || err == -EEXIST))
		return complain("inspect", "measuring at XDP on %s: another program is there; "
					   "without --xdp it is measured at tc", name);
	if (in->facts.own_prog_id) {
		in->unseen = true;
		return STATUS_DONE;
	}
	if (how->xdp)
		return complain("inspect", "measuring at XDP on %s: %s; without --xdp it is "
					   "measured at tc", name, strerror(-err));
	return complain("inspect", "measuring at tc on %s: %s; '--measure 0' does without", name,
			strerror(-err));
}

static const enum inspect_at places[] = {
	[MEASURE_TC] = INSPECT_TC,
	[MEASURE_XDP] = INSPECT_XDP,
	[MEASURE_STEERING] = INSPECT_STEERING,
};

static enum status measure(struct inspection *in, const struct inspect_how *how,
			   struct measure_how *start)
{
	struct measure *measure;
	sigset_t ends, before;
	int err;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigprocmask(SIG_BLOCK, &ends, &before);
	start->ifindex = (unsigned int)in->facts.link.ifindex;
	start->program = in->facts.own_prog_id;
	start->at = start->program ? MEASURE_STEERING : how->xdp ? MEASURE_XDP : MEASURE_TC;
	start->by_cpu = in->by_cpu =
		start->at == MEASURE_TC && !strcmp(in->facts.link.kind, "veth");
	err = measure_start(&measure, start);
	if (!err) {
		in->seconds = wait_seconds(how->seconds, "measuring");
		in->at = places[start->at];
		err = measure_stop(measure, &in->measured, &in->lost);
		in->hashes_of_nic = in->at == INSPECT_TC && nic_facts_own_hashes(&in->facts);
		sigprocmask(SIG_SETMASK, &before, NULL);
		return err ? complain("inspect", "no memory") : STATUS_DONE;
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return cannot_start(in, how, err);
}

/* The SAs; what they carried while it was measured. */
static enum status measure_with_sas(struct inspection *in, const struct inspect_how *how)
{
	struct sad_reading then = {0}, now = {0};
	struct measure_how start = {0};
	enum status status = STATUS_DONE;
	struct kernel_sas kernel;
	struct cpu_roles roles;
	bool known = !kernel_sas_open(&kernel) && !kernel_sas_take(&kernel, &then);

	for (size_t i = 0; i < then.count; i++)
		add_port(&start.ports, &then.sa[i]);
	gather_roles(in->name, &roles);
	in->demand = demand_of(&then, &roles);
	if (how->seconds)
		status = measure(in, how, &start);
	if (status == STATUS_DONE && known && !kernel_sas_take(&kernel, &now)) {
		sad_reading_since(&now, &then);
		for (size_t i = 0; i < now.count; i++)
			in->decrypted += now.sa[i].packets;
	}
	kernel_sas_close(&kernel);
	sad_reading_free(&then);
	sad_reading_free(&now);
	return status;
}

/* What our program on the interface could not read. If nobody tells that was said. */
static void gather_beyond(struct nic_facts *facts)
{
	struct snapshot snapshot;

	if (!facts->own_prog_id)
		return;
	(void)snapshot_now("inspect", &snapshot);
	for (size_t i = 0; i < snapshot.interfaces; i++)
		if (snapshot.interface[i].ifindex == (unsigned int)facts->link.ifindex)
			facts->beyond = snapshot.interface[i].beyond.packets;
	snapshot_free(&snapshot);
}

/* What `run` would refuse to name is refused here in its words. */
static enum status check_attachable(const char *name)
{
	struct link_list links = {0};
	char why[LINK_WHY_LEN];
	enum status status = STATUS_DONE;
	int err = link_attachable(name, &links, why, sizeof(why));

	if (err == -ENODEV)
		status = interface_unknown("inspect", name);
	else if (err)
		status = complain("inspect", "%s", why);
	else if (!link_by_name(&links, name) && links.count)
		status = complain("inspect", "%s is a bond, which is steered by its slaves: inspect "
					     "each, such as %s", name, links.link[0].name);
	link_list_free(&links);
	return status;
}

enum status inspect_gather(const char *name, const struct inspect_how *how, struct inspection *in)
{
	enum status status = check_attachable(name);
	int err;

	*in = (struct inspection){.name = name};
	if (status != STATUS_DONE)
		return status;
	err = choose_facts(0, name, true, &in->facts);
	if (err)
		return complain("inspect", "looking at %s: %s", name, strerror(-err));
	inspect_host_gather(name, &in->host);
	gather_beyond(&in->facts);
	status = measure_with_sas(in, how);
	if (status == STATUS_DONE)
		inspection_conclude(in);
	return status;
}
