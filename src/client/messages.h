/* SPDX-License-Identifier: GPL-2.0-only */
/* The words that daemon and client exchange. */
#ifndef CLIENT_MESSAGES_H
#define CLIENT_MESSAGES_H

#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include "client/lock.h"

#define DAEMON_WHY_LEN 1024

#define MOVE_AUTO 0xffffffffu /* no CPU: wherever the load says */

struct move_request {
	uint32_t spi; /* host byte order */
	uint32_t cpu; /* or MOVE_AUTO */
	uint8_t protocol; /* IPPROTO_ESP, IPPROTO_AH, or 0: either */
	uint8_t family;	  /* AF_INET, AF_INET6, or 0: any destination */
	uint8_t dst[16];  /* network byte order */
};

#define CONTROL_MAGIC 0x45535045u /* "ESPE"; rises with the form of the messages */

enum control_what {
	CONTROL_MOVE,
	CONTROL_STOP,
};

struct control_request {
	uint32_t magic;
	uint32_t what;
	struct move_request move;
	char interface[IFNAMSIZ]; /* of a stop; "" is all */
};

/* A stop's reply is preceded by one for each setting that is not as it was. */
enum control_kind { CONTROL_SAID, CONTROL_LEFT_ALONE, CONTROL_FAILED };

struct control_reply {
	uint32_t magic;
	uint32_t kind;
	int32_t err;
	uint8_t stopped; /* something was steered, and is not any more */
	uint8_t ends;	 /* the daemon comes to its end */
	int32_t from, to; /* of a move, as in struct move_answer */
	char said[DAEMON_WHY_LEN];
};

/* Where the daemon of a namespace listens. */
static inline void control_address(uint64_t cookie, struct sockaddr_un *address)
{
	char name[64];

	lock_file_name(cookie, "control", name, sizeof(name));
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), RUN_DIR "/%s", name);
}

#endif
