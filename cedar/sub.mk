# Cedar: policies, entities, schemas, decisions.

ARCHIVES += cedar
cedar_SRCS := $(addprefix cedar/api/,api.c api_decider.c api_entities.c \
	api_findings.c api_policies.c api_schema.c)
cedar_SRCS += $(addprefix cedar/data/,build.c build_finish.c entities.c \
	entities_close.c expr.c ext.c ext_decimal.c ext_ip.c ext_text.c \
	ext_time.c name.c policy.c uid.c value.c value_form.c)
cedar_SRCS += $(addprefix cedar/text/,lex.c parse.c parse_expr.c \
	parse_operand.c parse_policy.c parse_scope.c unescape.c)
cedar_SRCS += $(addprefix cedar/json/,est.c est_expr.c est_node.c)
cedar_SRCS += $(addprefix cedar/schema/,schema.c raw_actions.c schema_check.c \
	schema_format.c graph.c schema_json.c schema_json_type.c raw_lists.c \
	raw_names.c raw.c raw_resolve.c table.c schema_text.c \
	schema_text_decl.c schema_text_type.c raw_types.c)
cedar_SRCS += $(addprefix cedar/eval/,decider.c eval.c eval_entity.c \
	eval_ops.c eval_set.c explain.c explain_parts.c like.c trace.c)
cedar_SRCS += $(addprefix cedar/validate/,caps.c check_attr.c check_call.c \
	check_entity.c check_op.c confusable.c facts.c report.c script.c \
	check.c types.c types_load.c validate.c validate_names.c \
	validate_scope.c)
cedar_SRCS += $(addprefix cedar/format/,emit.c format.c format_json.c \
	layout.c fmt.c format_text.c format_text_expr.c tokens.c \
	format_value.c walk.c)
cedar_SRCS += $(addprefix cedar/analyse/,analyse.c conditions.c \
	conditions_imply.c)
cedar_SRCS += $(addprefix cedar/read/,plan.c read_entities.c read_request.c \
	read_value.c)
cedar_NEEDS := lib/doc

# The library for other programs: the host's compiler, no sanitizers, and no
# global names but those of cedar.h.
LIBCEDAR := $(B)/cedar/libcedar.a $(B)/cedar/include/cedar.h
LIBCEDAR_OBJS := $(patsubst %.c,$(B)/cedar/obj/%.o,$(cedar_SRCS) \
	$(lib/doc_SRCS))
ALL_OBJS += $(LIBCEDAR_OBJS)
.PHONY: cedar
cedar: $(LIBCEDAR) ## the Cedar library for other programs: build/cedar/libcedar.a, include/cedar.h
$(B)/cedar/obj/%.o: %.c Makefile | $(B)/.host-packages
	@printf '  CEDAR   %s\n' $<
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) $(WARN) -O2 -fPIC -ffile-prefix-map=$(CURDIR)=. -I. \
		-MMD -MP -c -o $@ $<
$(B)/cedar/libcedar.a: $(LIBCEDAR_OBJS) cedar/sub.mk
	$(Q)ld -r -o $(@D)/obj/cedar.o $(filter %.o,$^)
	$(Q)objcopy --wildcard --keep-global-symbol='cedar_*' $(@D)/obj/cedar.o
	$(Q)rm -f $@ && ar rcsD $@ $(@D)/obj/cedar.o
$(B)/cedar/include/cedar.h: cedar/cedar.h
	$(Q)mkdir -p $(@D) && cp $< $@

TESTS += cedar/api/api_test
cedar/api/api_test_LDFLAGS := -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc,--wrap=reallocarray
SHTESTS += cedar/cedar_test
$(B)/tests/cedar/cedar_test: | $(LIBCEDAR)

TESTS += cedar/data/value_test cedar/data/ext_test
FUZZERS += cedar/data/ext_fuzz

TESTS += cedar/read/read_entities_test cedar/read/read_request_test
FUZZERS += cedar/read/read_entities_fuzz

TESTS += cedar/text/policy_text_test cedar/text/policy_error_test
FUZZERS += cedar/text/policy_text_fuzz

TESTS += cedar/json/est_test cedar/json/json_verdicts_test \
	cedar/json/json_memory_test
cedar/json/json_memory_test_LDFLAGS := -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=reallocarray,--wrap=arena_alloc
FUZZERS += cedar/json/est_fuzz

TESTS += cedar/schema/schema_text_test cedar/schema/schema_json_test \
	cedar/schema/schema_check_test
cedar/schema/schema_text_test_LDFLAGS := -Wl,--wrap=calloc,--wrap=arena_alloc
FUZZERS += cedar/schema/schema_text_fuzz cedar/schema/schema_json_fuzz

TESTS += cedar/eval/eval_test cedar/eval/decision_test cedar/eval/explain_test
cedar/eval/decision_test_LDFLAGS := \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
FUZZERS += cedar/eval/eval_fuzz

TESTS += cedar/validate/validate_test cedar/validate/types_test \
	cedar/validate/facts_test
FUZZERS += cedar/validate/validate_fuzz

TESTS += cedar/format/format_test
cedar/format/format_test_LDFLAGS := -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=realloc,--wrap=reallocarray
FUZZERS += cedar/format/format_fuzz

TESTS += cedar/analyse/analyse_test cedar/analyse/analyse_truth_test
cedar/analyse/analyse_test_LDFLAGS := -Wl,--wrap=calloc,--wrap=reallocarray
FUZZERS += cedar/analyse/analyse_fuzz

# The official engine, which is not in the tree, and the comparison with it.
TESTS += cedar/referee/cedar_driver
cedar/referee/cedar_driver_USES := cedar lib
cedar/referee/cedar_driver_SRCS := cedar/referee/driver_read.c
REFEREE := cedar/referee
$(B)/.referee: $(REFEREE)/package-lock.json deps/fetch-npm \
    $(if $(wildcard $(B)/referee/node_modules),,FORCE) | $(B)/.host-packages
	$(Q)deps/fetch-npm $(REFEREE) $(B)/referee
	$(Q)touch $@
SHTESTS += cedar/referee/referee_test
$(B)/tests/cedar/referee/referee_test: | $(B)/.referee \
    $(B)/tests/cedar/referee/cedar_driver

.PHONY: cedar-soak
cedar-soak: $(B)/tests/cedar/referee/cedar_driver $(B)/.referee ## 100,000 decisions, ours and the official Cedar engine's (SEED=N)
	$(Q)node $(REFEREE)/run.mjs --referee $(B)/referee --driver $< \
		--seed $(or $(SEED),1) --decisions 100000 --table

# The cost of decisions; `--write DIR' writes the workload for another engine.
TOOLS += cedar/referee/cedar_bench
cedar/referee/cedar_bench_USES := cedar lib
cedar/referee/cedar_bench_SRCS := cedar/referee/world_bench.c
.PHONY: cedar-bench
cedar-bench: $(B)/bin/cedar_bench $(B)/.referee ## what a decision costs, ours and the official Cedar engine's
	$(Q)$(REFEREE)/bench $(B)/bin/cedar_bench $(B)/referee
