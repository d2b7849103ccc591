/* SPDX-License-Identifier: GPL-2.0-only */
/* SPIs as operators write them: by hand, and copied from other tools. */
#ifndef TEXT_SPI_H
#define TEXT_SPI_H

#include <stdbool.h>
#include <stdint.h>

/* How to write one, for messages and help. */
#define SPI_TEXT \
	"0xc0ffee01, or as 'swanctl --list-sas' prints it: c0ffee01_i; digits alone are decimal"

/*
 * "0xc0ffee01", as `ip xfrm` and we print it; "c0ffee01_i", as swanctl does, and without its "_i"
 * if a letter shows that it is hexadecimal; digits alone are decimal. Not 0, which no packet has.
 */
bool spi_parse(const char *text, uint32_t *spi);

/* Where an interface's name could stand too: does nobody mean anything but an SPI by it? */
bool spi_meant(const char *text);

/* Why spi_parse() took it not: "not an SPI; write ..." */
const char *spi_why_not(const char *text);

#endif
