/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one door to the methods, the means to steer: steer/method.c has the table of them, the only
 * place that names them. Whoever wants to know something of a method asks for a trait of it, or
 * calls it. A new one is a file and a row (docs/hacking.md).
 */
#ifndef STEER_METHOD_H
#define STEER_METHOD_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include "nic/facts.h"
#include "place/first.h"
#include "sad/reading.h"
#include "steer/needs.h"
#include "steer/queues.h"

struct host;
struct pins;
struct sas;

enum method_trait {
	METHOD_PLACES = 1, /* each SA is where the table of SAs says, and can be moved by itself */
	METHOD_SEES = 2,   /* else: it tells the table where it saw an SA */
	METHOD_COUNTS = 4, /* it counts each SA's packets; else only the kernel does */
	METHOD_IN_ORDER = 8,	 /* a moved SA's packets stay in order */
	METHOD_CONFINES = 16,	 /* strays and IKE go to CPUs of their own */
	METHOD_UDP = 32,	 /* SAs of ESP in UDP are told apart on any NIC */
	METHOD_RULES = 64,	 /* the NIC holds a rule for each SA, as far as it can */
	METHOD_PINNED = 128,	 /* it is a pinned program: a later daemon finds and adopts it */
	METHOD_ANY_DRIVER = 256, /* it needs nothing of the driver, and little of the kernel */
	METHOD_IN_GAPS = 512,	 /* they stay in order if it moves in a gap of its own traffic */
	METHOD_BACKLOG = 2048, /* packets wait for their CPU in the kernel's backlog */
	METHOD_BARE = 1024, /* what it hands on bears no queue number or hash of the NIC */
};

/* What is to be steered. */
struct demand {
	size_t sas, sas_udp; /* inbound SAs now, and how many of them are ESP-in-UDP */
	unsigned int cpus;   /* that decrypt SAs */
};

/* An interface that is steered, for the calls to its method. */
struct steered {
	const struct method *method;
	struct sas *sas; /* the table of SAs, and where they are placed */
	struct undo *undo;
	int sysfs; /* for sysfs_take() */
	unsigned int ifindex;
	unsigned int index;	   /* its place in host->interface */
	const char *name;	   /* as it is now */
	bool left;		   /* an earlier daemon left it steered, and it is still at work */
	char driver[32];	   /* as struct nic_facts has it */
	unsigned int queues;	   /* that receive */
	const struct model *model; /* that is taken for its NIC; NULL: none */
	char failed[128];	   /* by the method: why it does not do here, as was seen at
				      work, half a sentence; "": it does */
	void *state;		   /* the method's own */
};

struct method {
	const char *name; /* as the operator writes it, METHOD_NAME_LEN - 1 letters at most */
	const char *caveat;  /* what `show` warns of as long as it is used, or NULL */
	unsigned int traits; /* enum method_trait */
	/* Taken where this one was asked for and does not fit; or NULL: then it says what is wrong.
	 */
	const struct method *instead;

	/*
	 * Is it what this interface should be steered by? @why, "" or half a sentence: for what
	 * reason; or what is missing. Pure.
	 */
	bool (*fits)(const struct nic_facts *facts, const struct demand *demand, char *why,
		     size_t size);

	/* What must be set, refused or told before it steers to these CPUs. Pure. 0 or -ENOMEM. */
	int (*check)(const struct nic_facts *facts, const struct cpu_roles *roles,
		     struct needs_report *report);

	/*
	 * The command that puts an SA on a queue by hand, for --dry-run; @turn counts up those that
	 * were given. False: there is none for this SA. NULL: there are none. Pure.
	 */
	bool (*command)(const struct nic_facts *facts, const struct queues *queues,
			const struct sa *sa, uint32_t turn, char *line, size_t size);

	/* While an interface is steered; NULL: there is nothing to be done then. */

	/*
	 * What check() found is set. With steered->left it goes on as it is, or as of this version.
	 * 0, or a negative errno, said; then end() is called too.
	 */
	int (*start)(struct steered *steered);
	/* The CPUs have other roles now: SAs may have to go to fewer. 0, or a negative errno, said.
	 */
	int (*roles_changed)(struct steered *steered);
	/* SAs came, went or moved. */
	void (*sas_changed)(struct steered *steered);
	/* Once a second. With steered->failed another method is chosen, if this one was. */
	void (*tick)(struct steered *steered);
	/* Do other CPUs serve its queues since the last call? Then roles_changed() follows. */
	bool (*queues_moved)(struct steered *steered);
	/* Lets go, whatever start() came to; undo has what is to be put back. */
	void (*end)(struct steered *steered);
	/* No interface is steered by it any more: takes off what it has pinned for all of them. */
	void (*unused)(const struct pins *pins);

	/* With METHOD_PINNED only, for end() leaves what is pinned at work. */

	/* Is what an earlier daemon pinned at work? 0 or a negative errno. */
	int (*find)(const struct steered *steered);
	/* Takes it off and unpins it, as far as it is there; done when this returns. */
	void (*take_off)(struct steered *steered);
};

/* In the order of preference, NULL at the end. */
extern const struct method *const methods[];

/* "auto" and their names, in the same order, NULL at the end: what --method takes. */
extern const char *const method_choices[];

/* By its name; NULL: there is none. */
const struct method *method_find(const char *name);

/* The first that has all of these traits; NULL: none has. */
const struct method *method_with(unsigned int traits);

/*
 * The names that advice gives where another method will not do: of one that places each SA whatever
 * the NIC does, and of one that needs nothing of the driver. Not for methods: these do not know
 * each other.
 */
const char *method_on_any_nic(void);
const char *method_on_any_driver(void);

/* Tells methods by which no interface of @host is steered: their unused(). */
void methods_tidy(const struct host *host, const struct pins *pins);

/* Has it this trait? No method (NULL) has any. */
bool method_has(const struct method *method, enum method_trait trait);

/* The one that is taken where nothing is known: it will say what is wrong. */
const struct method *method_default(void);

#endif
