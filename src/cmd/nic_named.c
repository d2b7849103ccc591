// SPDX-License-Identifier: GPL-2.0-only
// NICs as an option --nic names them.
#include "cmd/nic_named.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/model_named.h"
#include "cmd/report_read.h"
#include "nic/link.h"
#include "nic/model_claimed.h"

/* It stands in tables and on a page of HTML: what such a place could take otherwise is '?'. */
static void set_name(struct nic_named *nic, const char *typed)
{
	size_t length = strlen(typed), most = sizeof(nic->name) - 1;

	snprintf(nic->name, sizeof(nic->name), "%s", length > most ? typed + length - most : typed);
	for (char *c = nic->name; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '<' || *c == '>' || *c == '&')
			*c = '?';
}

/* An interface that is none of a NIC: the NICs are those below it. */
static enum status no_nic(const char *verb, const char *name, const struct claims *claims)
{
	struct link_list links;
	char why[LINK_WHY_LEN];
	int err = link_attachable(name, &links, why, sizeof(why));
	enum status status;

	if (err == -EOPNOTSUPP)
		return complain(verb, "--nic: %s", why);
	if (!err && links.count && strcmp(links.link[0].name, name))
		status = complain(verb, "%s is no NIC; name one of those below it, such as %s",
				  name, links.link[0].name);
	else if (claims->driver_err)
		status = complain(
			verb,
			"%s: its driver does not answer (%s); name a model that is like it: "
			"'espalier models' lists them",
			name, strerror(-claims->driver_err));
	else
		status = complain(
			verb,
			"%s: there is no model of its driver \"%s\"; 'espalier inspect %s "
			"--measure 30' shows what it does, and a model that is like it can be "
			"named: 'espalier models' lists them",
			name, claims->driver, name);
	link_list_free(&links);
	return status;
}

/* An interface of that name: asked as ethtool asks. */
static bool is_interface(const char *name, struct claims *claims)
{
	if (strlen(name) >= IF_NAMESIZE || claims_read(name, claims) ||
	    claims->driver_err == -ENODEV)
		return false;
	claims_read_package(claims);
	return true;
}

static enum status read_file(const char *verb, const char *path, struct claims *claims)
{
	struct report *report = malloc(sizeof(*report));
	char why[128];
	int err;

	if (!report)
		return complain(verb, "no memory");
	err = report_read(path, report, why, sizeof(why));
	*claims = report->claims;
	report_free(report);
	free(report);
	if (err)
		return complain(verb, "%s: %s; give what 'espalier inspect IF --report FILE' wrote",
				path, why);
	return STATUS_DONE;
}

static enum status no_model(const char *verb, const struct nic_named *nic, const char *name)
{
	if (nic->here)
		return no_nic(verb, name, nic->claims);
	return complain(
		verb,
		"%s: there is no model of its driver \"%s\"; name one that is like it: 'espalier "
		"models' lists them",
		name, nic->claims->driver);
}

static enum status find_real(const char *verb, const char *name, struct nic_named *nic)
{
	struct claims *claims = nic->claims;
	char why[320];

	nic->here = is_interface(name, claims);
	if (!nic->here && access(name, F_OK)) {
		model_why_not(name, why, sizeof(why));
		return complain(verb, "--nic %s: no interface here, no file, and %s", name, why);
	}
	if (!nic->here && read_file(verb, name, claims) != STATUS_DONE)
		return STATUS_FAILED;
	nic->model = claims_model(claims, &nic->differ, &nic->differs_in);
	if (!nic->model)
		return no_model(verb, nic, name);
	nic->queues = model_claimed_queues(claims);
	if (model_claimed_named(claims) > nic->queues)
		return complain(verb, "%s: its table names queue %u, and it has %u queues", name,
				model_claimed_named(claims) - 1, nic->queues);
	return STATUS_DONE;
}

enum status nic_named(const char *verb, const char *name, struct nic_named *out)
{
	*out = (struct nic_named){.model = model_known(name)};
	set_name(out, name);
	if (out->model)
		return STATUS_DONE;
	out->claims = malloc(sizeof(*out->claims));
	if (!out->claims)
		return complain(verb, "no memory");
	return find_real(verb, name, out);
}

const char *nic_named_if(const struct nic_named *nic)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return nic->here && strspn(nic->name, plain) == strlen(nic->name) ? nic->name : "IF";
}

void nic_named_warn(struct out *out, const struct nic_named *nic)
{
	const struct claims *claims = nic->claims;

	if (!claims)
		return;
	if (nic->differ)
		out_warn(
			out,
			"%s: its driver answers %u of our questions unlike model %s (%s): the NIC may "
			"do otherwise; see 'espalier inspect --report' and 'espalier models "
			"--against'",
			nic->name, nic->differ, nic->model->name, nic->differs_in);
	if (claims->rules)
		out_warn(out,
			 "%s: %u rule%s of the NIC %s left out: packets that match go elsewhere",
			 nic->name, claims->rules, claims->rules == 1 ? "" : "s",
			 claims->rules == 1 ? "is" : "are");
	if (claims->input_xfrm && !nic->model->symmetric)
		out_warn(
			out,
			"%s: it is set to hash both directions alike (ethtool -X %s xfrm), which its "
			"model is not",
			nic->name, nic_named_if(nic));
}

void nic_named_free(struct nic_named *nic)
{
	free(nic->claims);
	nic->claims = NULL;
}
