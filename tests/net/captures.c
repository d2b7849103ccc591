// SPDX-License-Identifier: GPL-2.0-only
/* Reads captures. */
#include "captures.h"

#include <dirent.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

typedef void packet_fn(void *arg, const char *file, int n, const void *bytes, size_t len);

static int read_one(const char *folder, const char *file, packet_fn *fn, void *arg)
{
	char path[512], error[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *header;
	const unsigned char *bytes;
	pcap_t *pcap;
	int n = 0, ret;

	snprintf(path, sizeof(path), "%.250s/%.250s", folder, file);
	pcap = pcap_open_offline(path, error);
	if (!pcap)
		return -EBADMSG;
	while ((ret = pcap_next_ex(pcap, &header, &bytes)) == 1)
		fn(arg, file, n++, bytes, header->caplen);
	pcap_close(pcap);
	return ret == PCAP_ERROR_BREAK && n ? 0 : -EBADMSG;
}

int captures_each(const char *folder, packet_fn *fn, void *arg)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int err = 0;

	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		if (strstr(entry->d_name, ".pcap"))
			err = read_one(folder, entry->d_name, fn, arg);
	closedir(dir);
	return err;
}
