/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A NIC described as data that behaves: it answers ethtool with its driver's values and errnos,
 * hashes a flow, indexes its table and applies its rules. It is what Linux 7.3 (Debian's 7.3.4)
 * says in its sources, or 7.3-rc7 where a fact names that; where kernels differ and the driver
 * tells (the size of a table, a key that is shown or not), what it tells decides. None of it was
 * tried on hardware, but for what `seen` says.
 */
#ifndef NIC_MODEL_H
#define NIC_MODEL_H

#include <linux/ethtool.h>
#include <stdbool.h>
#include <stdint.h>
#include "core/flow.h"
#include "core/indir.h"
#include "core/toeplitz.h"
#include "nic/xdp_drivers.h"

/* Hash functions as bits (include/linux/ethtool.h ETH_RSS_HASH_TOP_BIT and its like). */
#define MODEL_HASH_TOP	 1
#define MODEL_HASH_XOR	 2
#define MODEL_HASH_CRC32 4

#define MODEL_DISCARD 0x80000000u /* RXH_DISCARD, whose definition shifts into the sign */

#define MODEL_KEY_MAX 64
#define MODEL_FLOWS   0x20 /* flow types of ethtool, as an index */
#define MODEL_DROP    (-1) /* model_queue(): a rule discards the packet */

/* What of a packet goes into the hash, in this order. */
enum model_input {
	MODEL_SRC = 1,
	MODEL_DST = 2,
	MODEL_PORTS = 4,
	MODEL_SPI = 8,
	MODEL_SEQ = 16, /* another one in each packet: one SA is sprayed over all queues */
};
#define MODEL_ADDRESSES (MODEL_SRC | MODEL_DST)

/* Begins the source of what follows from reading alone: only hardware can prove it. */
#define MODEL_BY_READING "by reading alone: "

/* One thing that is known. */
struct model_fact {
	const char *says;   /* one sentence without a full stop */
	const char *source; /* "Linux 7.3, FILE FUNCTION": kernel, file; NULL: unverified */
};

struct model_nic;

/* What a family does of its own. NULL: what model.c does for all. */
struct model_ops {
	/* What else the driver sets at its start. */
	void (*start)(struct model_nic *nic);
	/* ETHTOOL_GRXFH, SRXFH of one flow type: 0 or the driver's negative errno. */
	int (*get_fields)(const struct model_nic *nic, uint32_t flow_type, uint64_t *fields);
	int (*set_fields)(struct model_nic *nic, uint32_t flow_type, uint64_t fields);
	/* What the driver says of a rule before it takes it. */
	int (*check_rule)(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule);
	/* Which bits of enum model_input are hashed; 0: the packet is not hashed. */
	unsigned int (*inputs)(const struct model_nic *nic, const struct flow *flow);
	/* From the inputs to the hash. */
	uint32_t (*hash)(const struct model_nic *nic, const struct flow *flow, unsigned int inputs);
	/* From the key as it is set to the tables that hash. */
	void (*prepare_key)(const struct model_nic *nic, struct toeplitz *toeplitz);
};

/* What a driver says of hash fields by constants: a value, or an errno. */
struct model_answers {
	int esp_err, ah_esp_err, set_err;
	uint64_t esp, ah_esp;
	bool set_nothing; /* setting 0 is no error */
	int udp_err, set_udp_err;
};

struct model {
	const char *name; /* "vmxnet3-v4" */
	const struct xdp_driver *driver;
	const char *nic; /* what operators call it */
	const struct model_ops *ops;
	const char *package; /* devlink's fw.app.name of it; NULL: none tells it from others */
	const char *seen;    /* where its hash was seen at work; NULL: it is by reading alone */
	struct model_answers answers; /* where ops is model_constant */
	/* Channels. */
	uint32_t max_queues;
	int channels_err, set_channels_err; /* negative errno, 0: can */
	bool channels_apart;  /* its driver counts those that receive and those that send apart */
	bool combined_is_sum; /* and tells the sum of all, others too, as combined once more */
	/* The table: so many entries, or as many as `indir_size` says for that many queues. */
	uint32_t indir;
	uint32_t (*indir_size)(uint32_t queues);
	bool indir_told; /* kernels or devices differ in it: a driver that tells another is right */
	uint32_t indir_queues; /* it may name only so many, however many there are; 0: all */
	int set_indir_err;
	bool indir_hidden; /* its driver does not show it */
	bool x_fills_it;   /* `ethtool -X` of anything but the table fills it anew */
	/* The key: bytes that are shown (0: none), and those that hash. */
	uint32_t key_shown, key_used;
	bool key_told; /* kernels differ in whether it is shown: a driver that shows none is right
			*/
	const uint8_t *fixed_key; /* of NICs that have this one, always; else NULL */
	int set_key_err;
	/* Hash functions: bits MODEL_HASH_... that may be set. */
	uint8_t hfuncs;
	uint8_t hfunc;	    /* at start; 0: Toeplitz */
	int set_hfunc_err;  /* for one that is not among them */
	int rss_err;	    /* ETHTOOL_GRSSH and GRXFHINDIR as a whole */
	uint8_t input_xfrm; /* as it is told */
	bool symmetric;	    /* both directions hash alike, told or not */
	/* Rules: how many fit; what is said to a rule by SPI, if ops->check_rule is NULL. */
	uint32_t rules;
	int rule_err;
	bool rules_by_spi;     /* can put one SA on a queue */
	bool rules_by_udp_spi; /* and one in UDP */
	bool rules_late;       /* its driver takes a rule before it is known whether the NIC does */
	bool rule_mask_v6_lost; /* the mask of an IPv6 rule's SPI never reaches the NIC */
	int no_rule_err;	/* of asking for a rule that is not there; 0: -ENOENT */
	bool claims_l4; /* its driver calls the hash of ESP an L4 hash: RPS then uses it as it is */
	bool l4_device;	     /* or not: the device decides, and nobody tells */
	bool l4_regardless;  /* and that with rxhash off too: RPS never looks at the SPI */
	const char *l4_cure; /* what cures that beside `ethtool -K IF rxhash off`; NULL: nothing */
	/*
	 * Asking for anything but the addresses of a type of IPv6 (`esp6 sdfn`) turns plain IPv6's
	 * hashing off; `ethtool -N IF rx-flow-hash sctp6 sd` turns it on again.
	 */
	bool sdfn_breaks_v6;
	uint64_t udp_fields;		/* RXH_ bits of UDP at start */
	const struct model_fact *facts; /* ended by one without says */
};

struct model_rule {
	struct ethtool_rx_flow_spec spec;
	struct model_rule *next; /* by location */
};

/* One NIC of a model, in some state. */
struct model_nic {
	const struct model *model;
	uint32_t queues;
	struct indir table;
	uint8_t key[MODEL_KEY_MAX];
	uint32_t key_shown;
	uint8_t hfunc;
	bool ntuple;
	bool drops_rules; /* takes them and has them no more, as iavf does if its PF refuses */
	uint64_t fields[MODEL_FLOWS]; /* RXH_ bits as they were set; what they mean is the family's
				       */
	struct model_rule *rules;
	uint32_t n_rules;
	struct toeplitz toeplitz; /* of the key as the NIC uses it */
};

/* All models (models/list.h), NULL at the end; the one of a name, or NULL. */
const struct model *const *models(void);
const struct model *model_find(const char *name);

/* Is it what the sources say, neither unverified nor by reading alone? */
bool model_fact_sure(const struct model_fact *fact);

/* Has the driver models that devlink's name of a package tells apart? */
bool model_has_package(const char *driver);

/* The package that a NIC tells, "" if none, is another than this model's. */
bool model_other_package(const struct model *model, const char *package);

/* The models of a driver, as ethtool -i names it: the first is what is assumed of it. NULL: none.
 */
const struct model *model_of_driver(const char *driver);

/* The number of queues that such a NIC can have which is nearest to @wanted. */
static inline uint32_t model_queues_of(const struct model *model, uint32_t wanted)
{
	return !wanted ? 1 : wanted > model->max_queues ? model->max_queues : wanted;
}

/*
 * A NIC as its driver leaves it after loading, with that many queues, a table filled round robin,
 * and Microsoft's key where drivers draw one at random. -EINVAL: no such number of queues.
 */
int model_nic_init(struct model_nic *nic, const struct model *model, uint32_t queues);
void model_nic_free(struct model_nic *nic);

/*
 * Takes over the sizes that a driver told, where its model leaves that to it: of the table, filled
 * as at start, and of the key that is shown. Others are left as they are.
 */
void model_take_sizes(struct model_nic *nic, uint32_t indir, uint32_t key_shown);

/* Takes another key, of at least TOEPLITZ_KEY_MIN bytes. -EINVAL. */
int model_set_key(struct model_nic *nic, const uint8_t *key, size_t len);

/* Which inputs decide the queue of a flow; 0: it is not hashed. */
unsigned int model_inputs(const struct model_nic *nic, const struct flow *flow);

/* The hash of a flow; 0 for one that is not hashed: table entry 0 takes it. */
uint32_t model_hash(const struct model_nic *nic, const struct flow *flow);

/* The queue of a flow: by the first rule that matches, else by hash and table. MODEL_DROP. */
int model_queue(const struct model_nic *nic, const struct flow *flow);

/*
 * Answers a request as SIOCETHTOOL would: @request is one of ethtool's structs, beginning with its
 * command, and as large as its own fields say. 0 or a negative errno; -EOPNOTSUPP also for what no
 * model describes.
 */
int model_ethtool(struct model_nic *nic, void *request);

/* Rules, by ascending location. 0 or the driver's negative errno. */
int model_rule_insert(struct model_nic *nic, const struct ethtool_rx_flow_spec *spec);
int model_rule_delete(struct model_nic *nic, uint32_t location);

#endif
