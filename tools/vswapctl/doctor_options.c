// SPDX-License-Identifier: GPL-2.0
/* vswapctl doctor: modprobe.d, and what its options name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "doctor_options.h"
#include "findings.h"
#include "message.h"
#include "parameters.h"
#include "system.h"

#define TOPIC	"options"

static void wrong(const char *text)
{
	say(PROBLEM, TOPIC, "%s", text);
}

/* Whole words of the kernel's command line: "module_blacklist=a,b". */
static bool kernel_blacklists(const char *module)
{
	char *line = system_line("/proc/cmdline"), *words = line, *word, *name;
	bool found = false;

	while ((word = strsep(&words, " "))) {
		if (strcmp(strsep(&word, "="), "module_blacklist"))
			continue;
		while ((name = strsep(&word, ",")))
			found |= !strcmp(name, module);
	}
	free(line);
	return found;
}

static void check_blacklists(const struct needs *needs)
{
	if (kernel_blacklists("vswap"))
		say(PROBLEM, TOPIC, "the kernel refuses to load it: module_blacklist= on its "
		    "command line");
	if (needs->blacklisted)
		say(PROBLEM, TOPIC, "\"blacklist vswap\" in modprobe.d: modprobe -b and "
		    "modules-load.d pass over it");
	if (needs->install)
		say(PROBLEM, TOPIC, "\"install vswap\" in modprobe.d: modprobe runs \"%s\" and "
		    "doesn't load it", needs->install);
}

/* Has an algorithm been registered, and is it of such a type: "scomp" is one of "comp". */
static bool is_registered(const char *algorithm, const char *kind, bool *known)
{
	FILE *file = system_open("/proc/crypto");
	bool same = false, found = false;
	char *line = NULL, word[64];
	size_t size = 0;

	*known = false;
	while (!found && file && getline(&line, &size, file) > 0) {
		if (sscanf(line, "name : %63s", word) == 1) {
			same = !strcmp(word, algorithm);
			*known |= same;
		} else if (sscanf(line, "type : %63s", word) == 1) {
			found = same && strstr(word, kind);
		}
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/* If it isn't registered yet, the kernel may load a module for it. */
bool kernel_has(const char *algorithm, const char *kind)
{
	char *modules, *configs, *alias;
	bool known, found = is_registered(algorithm, kind, &known);

	if (known)
		return found;
	modules = system_modules();
	configs = system_configs();
	alias = xasprintf("crypto-%s", algorithm);
	found = needs_alias(alias, modules, configs);
	free(alias);
	free(configs);
	free(modules);
	return found;
}

/* Of a backend in backends=, from 0; -1: it isn't there. */
static int find_place(const struct rules_params *params, enum rules_backend backend)
{
	const char *list = params->backends, *name;
	int place = 0;
	size_t len;

	for (; (name = rules_next_name(&list, &len)); place++)
		if (rules_backend(name, len) == (int)backend)
			return place;
	return -1;
}

static bool has_xts(void)
{
	return kernel_has("xts(aes)", "cipher") || kernel_has("xts", "cipher");
}

static bool has_cold(const struct rules_params *params)
{
	return rules_has_cold(params->zswap_compressor, params->zswap_cold_compressor);
}

static void check_compressors(const struct rules_params *params)
{
	if (!kernel_has(params->zswap_compressor, "comp"))
		say(PROBLEM, TOPIC, "zswap_compressor=%s: this kernel has no such compressor",
		    params->zswap_compressor);
	if (has_cold(params) && !kernel_has(params->zswap_cold_compressor, "comp"))
		say(PROBLEM, TOPIC, "zswap_cold_compressor=%s: this kernel has no such compressor",
		    params->zswap_cold_compressor);
}

static void check_crypto(const struct rules_params *params)
{
	if (find_place(params, RULES_ZSWAP) >= 0)
		check_compressors(params);
	if (strcmp(params->checksum, "none") && !kernel_has(params->checksum, "hash"))
		say(PROBLEM, TOPIC, "checksum=%s: this kernel has no such checksum",
		    params->checksum);
	if (params->encrypt && !has_xts())
		say(PROBLEM, TOPIC, "encrypt=1: this kernel gives no xts(aes)");
}

char *conf_lacks(const struct conf *conf)
{
	const struct rules_params *params = &conf->params;

	if (conf->has_pool && !kernel_has(params->zswap_compressor, "comp"))
		return xasprintf("[pool] compressor = %s: this kernel has no such compressor",
				 params->zswap_compressor);
	if (conf->has_pool && has_cold(params) && !kernel_has(params->zswap_cold_compressor, "comp"))
		return xasprintf("[pool] cold-compressor = %s: this kernel has no such compressor",
				 params->zswap_cold_compressor);
	if (strcmp(params->checksum, "none") && !kernel_has(params->checksum, "hash"))
		return xasprintf("[area] checksum = %s: this kernel has no such checksum",
				 params->checksum);
	if (params->encrypt && !has_xts())
		return xstrdup("[area] encrypt = yes: this kernel gives no xts(aes)");
	return NULL;
}

/* Where only one value is safe, the module takes that; where only one can be, it insists on it. */
static void check_only(const struct needs *needs, const struct rules_params *params)
{
	const struct need *need;

	for (need = needs->need; need < needs->need + needs->nr; need++) {
		if (need->kind != NEED_ONLY)
			continue;
		if (!strcmp(need->name, "swapin") && strcmp(params->swapin, need->type))
			say(WARNING, TOPIC, "swapin=%s isn't safe on this kernel: the module "
			    "takes swapin=%s", params->swapin, need->type);
		if (!strcmp(need->name, "zswap_charge") && params->zswap_charge)
			say(PROBLEM, TOPIC, "zswap_charge=1: this kernel has no zswap, and so "
			    "nothing to charge a pool by");
	}
}

/* ---- By modprobe.d ---- */

static void check_modprobe_file(const struct rules_params *params, int place)
{
	const struct wanted_file wanted = {
		.name = "ssd", .path = params->ssd, .tier = place,
		.needed = params->require_all || !strchr(params->backends, ','),
	};

	check_swap_file(&wanted);
}

static void check_modprobe(const struct needs *needs)
{
	struct rules_params params = RULES_DEFAULTS;
	size_t problems = findings(PROBLEM);
	char why[RULES_WHY_SIZE];
	int place;

	if (!needs->words) {
		say(OK, TOPIC, "nothing is set up yet: vswapctl setup");
		return;
	}
	parameters_read(needs, &params, wrong);
	if (rules_check_params(&params, system_ram() >> 20, why)) {
		say(PROBLEM, TOPIC, "%s", why);
		return;
	}
	check_crypto(&params);
	check_only(needs, &params);
	if (findings(PROBLEM) == problems)
		say(OK, TOPIC, "the module takes those in modprobe.d: backends=%s",
		    params.backends);
	place = find_place(&params, RULES_SSD);
	if (place >= 0)
		check_modprobe_file(&params, place);
}

/* ---- By vswap.conf ---- */

static void check_conf(const struct needs *needs, const struct conf *conf, size_t problems)
{
	bool alone = !conf->has_pool && conf->nr_files == 1;
	struct rules_params params = conf->params;
	size_t i;

	params.backends = conf->has_pool ? "zswap" : "ssd";
	check_crypto(&params);
	check_only(needs, &params);
	if (findings(PROBLEM) == problems)
		say(OK, TOPIC, "the module takes those in " CONF_NAME);
	for (i = 0; i < conf->nr_files; i++) {
		const struct wanted_file wanted = {
			.name = conf->file[i].name, .path = conf->file[i].path,
			.tier = conf->file[i].tier, .needed = params.require_all || alone,
		};

		check_swap_file(&wanted);
	}
}

/* What is left of them: start refuses misspelt ones all the same. */
static void check_overridden(const struct needs *needs)
{
	struct rules_params params = RULES_DEFAULTS;

	if (!needs->words)
		return;
	say(WARNING, TOPIC, "there are options in modprobe.d and a " CONF_NAME ": what that has a "
	    "key for, it alone decides");
	parameters_read(needs, &params, wrong);
}

void check_options(const struct needs *needs)
{
	struct conf conf;
	size_t problems;

	check_blacklists(needs);
	problems = findings(PROBLEM);
	conf_read(&conf, wrong);
	if (!conf.given) {
		check_modprobe(needs);
	} else if (findings(PROBLEM) == problems) {
		check_overridden(needs);
		check_conf(needs, &conf, problems);
	}
	conf_free(&conf);
}
