// SPDX-License-Identifier: GPL-2.0
/* What vswap.conf says, as parameters of the module. */
#include "conf.h"
#include "conf_key.h"
#include "message.h"

static char *format_value(const struct conf *conf, const struct conf_key *key)
{
	const void *from = (const char *)conf + key->offset;

	switch (key->kind) {
	case BOOL:
		return xstrdup(*(const bool *)from ? "Y" : "N");
	case CHOICE:
	case WORD:
		return xstrdup(*(char *const *)from);
	default:
		return xasprintf("%u", *(const unsigned int *)from);
	}
}

bool conf_parameter(const struct conf *conf, size_t i, struct conf_parameter *parameter)
{
	const struct conf_key *key;

	for (key = conf_keys; key->section; key++) {
		if (!key->parameter || i--)
			continue;
		*parameter = (struct conf_parameter){
			key->parameter, key->section, key->name, key->live,
			format_value(conf, key)
		};
		return true;
	}
	return false;
}
