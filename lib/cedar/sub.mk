# Cedar: policies, entities, schemas, decisions.  Each part's sources by what
# a user of it links.

CEDAR_VALUE_SRCS := $(addprefix lib/cedar/,arena.c error.c value.c)

# JSON and YAML as trees; who reads YAML links -lyaml.
TESTS += lib/cedar/doc_test lib/cedar/doc_yaml_test
CEDAR_DOC_SRCS := $(CEDAR_VALUE_SRCS) \
	$(addprefix lib/cedar/,doc.c doc_make.c doc_json.c) lib/json.c lib/wire.c lib/why.c
CEDAR_YAML_SRCS := $(CEDAR_DOC_SRCS) lib/cedar/doc_yaml.c
doc_test_SRCS := lib/cedar/doc_test.c $(CEDAR_DOC_SRCS)
doc_yaml_test_SRCS := lib/cedar/doc_yaml_test.c $(CEDAR_YAML_SRCS)
doc_yaml_test_LIBS := -lyaml
FUZZERS += lib/cedar/doc_fuzz
doc_fuzz_SRCS := lib/cedar/doc_fuzz.c $(CEDAR_YAML_SRCS)
doc_fuzz_LIBS := -lyaml

# Values and extension types.
TESTS += lib/cedar/value_test lib/cedar/ext_test
FUZZERS += lib/cedar/ext_fuzz
CEDAR_EXT_SRCS := $(addprefix lib/cedar/,ext.c ext_text.c ext_decimal.c \
	ext_ip.c ext_time.c)
value_test_SRCS := lib/cedar/value_test.c $(CEDAR_VALUE_SRCS)
ext_test_SRCS := lib/cedar/ext_test.c $(CEDAR_EXT_SRCS)
ext_fuzz_SRCS := lib/cedar/ext_fuzz.c $(CEDAR_EXT_SRCS)

# Policies: their immutable form and how it is made.
CEDAR_BUILD_SRCS := $(CEDAR_VALUE_SRCS) lib/why.c $(addprefix lib/cedar/,\
	policy.c build.c build_finish.c name.c)

# Policies from text; UID: Type::"id" alone.
CEDAR_UID_SRCS := $(CEDAR_VALUE_SRCS) lib/why.c lib/json.c lib/wire.c \
	$(addprefix lib/cedar/,parse.c lex.c unescape.c name.c)
CEDAR_TEXT_SRCS := $(sort $(CEDAR_BUILD_SRCS) $(CEDAR_UID_SRCS) \
	$(addprefix lib/cedar/,parse_policy.c parse_scope.c parse_expr.c \
	parse_operand.c))
TESTS += lib/cedar/policy_text_test lib/cedar/policy_error_test
policy_text_test_SRCS := lib/cedar/policy_text_test.c $(CEDAR_TEXT_SRCS)
policy_error_test_SRCS := lib/cedar/policy_error_test.c $(CEDAR_TEXT_SRCS)
FUZZERS += lib/cedar/policy_text_fuzz
policy_text_fuzz_SRCS := lib/cedar/policy_text_fuzz.c $(CEDAR_TEXT_SRCS)

# Schemas: reading both forms, and what data conforms to them.  Whoever links
# this beside other parts takes $(sort) of them all.
CEDAR_SCHEMA_SRCS := $(CEDAR_DOC_SRCS) $(addprefix lib/cedar/,name.c lex.c \
	unescape.c schema.c schema_actions.c schema_check.c schema_format.c \
	schema_graph.c schema_json.c schema_json_type.c schema_lists.c \
	schema_names.c schema_raw.c schema_resolve.c schema_table.c \
	schema_text.c schema_text_decl.c schema_text_type.c schema_types.c)
TESTS += lib/cedar/schema_text_test lib/cedar/schema_json_test
schema_text_test_SRCS := lib/cedar/schema_text_test.c $(CEDAR_SCHEMA_SRCS)
schema_text_test_LIBS := -Wl,--wrap=calloc,--wrap=arena_alloc
schema_json_test_SRCS := lib/cedar/schema_json_test.c $(CEDAR_SCHEMA_SRCS)
FUZZERS += lib/cedar/schema_text_fuzz lib/cedar/schema_json_fuzz
schema_text_fuzz_SRCS := lib/cedar/schema_text_fuzz.c $(CEDAR_SCHEMA_SRCS)
schema_json_fuzz_SRCS := lib/cedar/schema_json_fuzz.c $(CEDAR_SCHEMA_SRCS)

# Policies and values written out.  Its users link how policies are read too.
TESTS += lib/cedar/format_test
CEDAR_FORMAT_SRCS := $(addprefix lib/cedar/,emit.c format.c format_json.c \
	format_layout.c format_take.c format_text.c format_text_expr.c \
	format_token.c format_value.c format_walk.c)
format_test_SRCS := lib/cedar/format_test.c $(CEDAR_FORMAT_SRCS) \
	$(CEDAR_TEXT_SRCS) $(CEDAR_EXT_SRCS)
format_test_LIBS := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=reallocarray
FUZZERS += lib/cedar/format_fuzz
format_fuzz_SRCS := lib/cedar/format_fuzz.c $(CEDAR_FORMAT_SRCS) \
	$(CEDAR_TEXT_SRCS) $(CEDAR_EXT_SRCS)

# Strict validation of policies; its users link how both are read too.
CEDAR_VALIDATE_SRCS := $(addprefix lib/cedar/,validate.c validate_names.c \
	validate_scope.c report.c typecheck.c check_attr.c check_call.c \
	check_entity.c check_op.c types.c types_load.c facts.c caps.c \
	confusable.c script.c) $(CEDAR_EXT_SRCS)

# Entities, requests, and policies from JSON.
TESTS += lib/cedar/entities_test lib/cedar/request_test lib/cedar/est_test \
	lib/cedar/json_verdicts_test lib/cedar/json_memory_test
CEDAR_ENTITIES_SRCS := $(sort $(CEDAR_SCHEMA_SRCS) $(CEDAR_EXT_SRCS) \
	$(CEDAR_BUILD_SRCS) $(CEDAR_UID_SRCS) $(addprefix lib/cedar/,\
	entities.c entities_close.c entities_read.c request.c value_form.c \
	value_plan.c value_read.c))
CEDAR_EST_SRCS := $(CEDAR_ENTITIES_SRCS) $(addprefix lib/cedar/,est.c \
	est_expr.c est_node.c)
entities_test_SRCS := lib/cedar/entities_test.c $(CEDAR_ENTITIES_SRCS)
request_test_SRCS := lib/cedar/request_test.c $(CEDAR_ENTITIES_SRCS)
est_test_SRCS := lib/cedar/est_test.c $(sort $(CEDAR_EST_SRCS) \
	$(CEDAR_TEXT_SRCS) $(CEDAR_FORMAT_SRCS))
json_verdicts_test_SRCS := lib/cedar/json_verdicts_test.c $(CEDAR_EST_SRCS)
json_memory_test_SRCS := lib/cedar/json_memory_test.c \
	lib/cedar/doc_yaml.c $(CEDAR_EST_SRCS)
json_memory_test_LIBS := -lyaml -Wl,--wrap=malloc,--wrap=calloc \
	-Wl,--wrap=reallocarray,--wrap=arena_alloc
FUZZERS += lib/cedar/entities_fuzz lib/cedar/est_fuzz
entities_fuzz_SRCS := lib/cedar/entities_fuzz.c $(CEDAR_ENTITIES_SRCS) \
	lib/cedar/doc_yaml.c
entities_fuzz_LIBS := -lyaml
est_fuzz_SRCS := lib/cedar/est_fuzz.c $(sort $(CEDAR_EST_SRCS) \
	$(CEDAR_TEXT_SRCS) $(CEDAR_FORMAT_SRCS))

# Evaluation, decision, trace and explanation.
TESTS += lib/cedar/eval_test lib/cedar/decision_test lib/cedar/explain_test
CEDAR_DECIDE_SRCS := $(sort $(CEDAR_ENTITIES_SRCS) $(CEDAR_EXT_SRCS) \
	$(CEDAR_TEXT_SRCS) $(addprefix lib/cedar/,decide.c eval.c \
	eval_entity.c eval_ops.c eval_set.c like.c trace.c))
CEDAR_EXPLAIN_SRCS := $(sort $(CEDAR_DECIDE_SRCS) $(CEDAR_FORMAT_SRCS) \
	lib/cedar/explain.c lib/cedar/explain_parts.c)
eval_test_SRCS := lib/cedar/eval_test.c $(CEDAR_DECIDE_SRCS)
decision_test_SRCS := lib/cedar/decision_test.c $(CEDAR_DECIDE_SRCS)
decision_test_LIBS := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
explain_test_SRCS := lib/cedar/explain_test.c $(CEDAR_EXPLAIN_SRCS)
FUZZERS += lib/cedar/eval_fuzz
eval_fuzz_SRCS := lib/cedar/eval_fuzz.c $(CEDAR_EXPLAIN_SRCS)

# The whole library.
CEDAR_SRCS := $(sort $(CEDAR_YAML_SRCS) $(CEDAR_EST_SRCS) \
	$(CEDAR_EXPLAIN_SRCS) $(CEDAR_VALIDATE_SRCS) $(addprefix lib/cedar/,\
	analyse.c conditions.c conditions_imply.c))

# Data against a schema.
TESTS += lib/cedar/schema_check_test
schema_check_test_SRCS := lib/cedar/schema_check_test.c $(CEDAR_SRCS)
schema_check_test_LIBS := -lyaml

# The official engine, out of the tree, and what is asked the same as it.
TESTS += lib/cedar/referee/cedar_driver
cedar_driver_SRCS := $(addprefix lib/cedar/referee/,cedar_driver.c \
	driver_read.c) lib/stdfds.c $(CEDAR_SRCS)
cedar_driver_LIBS := -lyaml
REFEREE := lib/cedar/referee
$(B)/.referee: $(REFEREE)/package-lock.json $(REFEREE)/fetch \
    $(if $(wildcard $(B)/referee/node_modules),,FORCE) | $(B)/.host-packages
	$(Q)$(REFEREE)/fetch $(B)/referee
	$(Q)touch $@
SHTESTS += lib/cedar/referee/referee_test
$(B)/tests/lib/cedar/referee/referee_test: | $(B)/.referee

.PHONY: cedar-soak
cedar-soak: $(B)/tests/lib/cedar/referee/cedar_driver $(B)/.referee ## 100,000 decisions, ours and the official Cedar engine's (SEED=N)
	$(Q)node $(REFEREE)/run.mjs --referee $(B)/referee --driver $< \
		--seed $(or $(SEED),1) --decisions 100000 --table

.PHONY: cedar-bench
cedar-bench: $(B)/bin/cedar_bench $(B)/.referee ## what a decision costs, ours and the official Cedar engine's
	$(Q)$(REFEREE)/bench $(B)/bin/cedar_bench $(B)/referee

# Validation.
TESTS += lib/cedar/validate_test lib/cedar/types_test lib/cedar/facts_test
FUZZERS += lib/cedar/validate_fuzz
validate_fuzz_SRCS := lib/cedar/validate_fuzz.c $(CEDAR_SRCS)
validate_fuzz_LIBS := -lyaml
validate_test_SRCS := lib/cedar/validate_test.c $(CEDAR_SRCS)
validate_test_LIBS := -lyaml
types_test_SRCS := lib/cedar/types_test.c lib/cedar/types.c \
	lib/cedar/types_load.c lib/cedar/caps.c $(CEDAR_SCHEMA_SRCS)
types_test_LIBS := -lyaml
facts_test_SRCS := lib/cedar/facts_test.c lib/cedar/facts.c \
	$(CEDAR_TEXT_SRCS)

# What deciding costs; `--write DIR' for the same to another engine.
TOOLS += cedar_bench
cedar_bench_SRCS := lib/cedar/cedar_bench.c lib/cedar/world_bench.c \
	lib/stdfds.c $(CEDAR_SRCS)
cedar_bench_LIBS := -lyaml

# Static analysis.
TESTS += lib/cedar/analyse_test lib/cedar/analyse_truth_test
analyse_test_SRCS := lib/cedar/analyse_test.c $(CEDAR_SRCS)
analyse_test_LIBS := -lyaml -Wl,--wrap=calloc,--wrap=reallocarray
FUZZERS += lib/cedar/analyse_fuzz
analyse_fuzz_SRCS := lib/cedar/analyse_fuzz.c $(CEDAR_SRCS)
analyse_fuzz_LIBS := -lyaml
analyse_truth_test_SRCS := lib/cedar/analyse_truth_test.c $(CEDAR_SRCS)
analyse_truth_test_LIBS := -lyaml
