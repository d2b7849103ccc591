// SPDX-License-Identifier: GPL-2.0-only
// espalier run: steers until told to stop.
#include <net/if.h>
#include <string.h>
#include "cli/interface_named.h"
#include "cli/verb.h"
#include "core/layout.h"
#include "daemon/run.h"

/* A dry run says of each interface what is wrong with it. */
static enum status check_names(const struct run_options *o)
{
	char *const *names = o->interfaces;

	for (size_t i = 0; i < o->n_interfaces; i++) {
		if (!interface_name_ok(names[i]))
			return complain_usage("run", "%s: not a name an interface can have",
					      names[i]);
		if (!o->dry_run && !if_nametoindex(names[i]))
			return interface_unknown("run", names[i]);
		for (size_t j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				return complain_usage("run", "%s is named twice", names[i]);
	}
	return STATUS_DONE;
}

static enum status check(const struct run_options *o)
{
	char why[256];

	if (settings_fault(o, why, sizeof(why)))
		return complain_usage("run", "--%s", why);
	if (o->json && !o->dry_run)
		return complain_usage("run", "--json goes with --dry-run: the daemon writes lines");
	if (o->n_interfaces > HOST_INTERFACES)
		return complain_usage("run", "%s is one too many",
				      o->interfaces[HOST_INTERFACES]);
	return check_names(o);
}

/* "eth0,eth1" as in the file; where a comma belongs to a name there is such an interface. */
static int part_names(int n, char **operands, char **names, int room)
{
	int parts = 0;

	for (int i = 0; i < n; i++) {
		char *rest = operands[i];
		const char *between = if_nametoindex(rest) ? "" : ",";

		while (rest && parts < room)
			names[parts++] = strsep(&rest, between);
	}
	return parts;
}

static enum status run(const void *given, int n, char **operands)
{
	struct run_options asked = *(const struct run_options *)given;
	char *names[HOST_INTERFACES + 1], why[256], tried[512];
	struct settings settings;
	enum status status;

	asked.interfaces = names;
	asked.n_interfaces = (size_t)part_names(n, operands, names, HOST_INTERFACES + 1);
	if (!asked.config && !n)
		return complain_usage("run", "needs IF... or --config FILE");
	if (settings_read(&settings, &asked, why, sizeof(why))) {
		snprintf(tried, sizeof(tried), "reading %s", asked.config);
		return complain(tried, "%s", why);
	}
	status = check(&settings.now);
	if (status == STATUS_DONE && daemon_run(&settings))
		status = STATUS_FAILED;
	settings_free(&settings);
	return status;
}

const struct verb verb_run = {
	.name = "run",
	.operands = "IF...",
	.most = HOST_INTERFACES,
	.brief = "steer until told to stop",
	.about = "Steers inbound IPsec of these interfaces across CPUs, in the foreground, until "
		 "SIGTERM or SIGINT; then puts everything back as it was.",
	.options = settings_rows,
	.defaults = &settings_defaults,
	.size = sizeof(settings_defaults),
	.given = offsetof(struct run_options, given),
	.root = true,
	.function = run,
};
