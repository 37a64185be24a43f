"""The hostile inputs that this project answers for, and where each is tested.

One row a kind of input: `file::test` names, relative to `tests/`. `NOT_TESTED` says of the rest why there is no test.
"""

from __future__ import annotations

READING = "errors/test_reading.py::test_message_and_place"
FILES = "unit/test_source_files.py"
YAML = "unit/test_source_yaml.py"
GUARDS = "policies/test_gate_guards.py"
OUTPUT = "unit/test_files.py"
SCANS = "unit/test_scans.py"
WAIVERS = "unit/test_waivers.py"
FORMATS = "unit/test_formats.py"
TEXT, PATHS, BLUEPRINTS = "hostile/test_text.py", "hostile/test_paths.py", "hostile/test_blueprints.py"
GATE, ACCELERATORS, REPORTS = "hostile/test_gate.py", "hostile/test_accelerators.py", "hostile/test_reports.py"

ROWS: dict[int, tuple[str, tuple[str, ...]]] = {
    # YAML and text
    1: ("alias bomb", (READING, f"{TEXT}::test_a_bomb_does_not_go_off", f"{TEXT}::test_a_bomb_never_reaches_kustomize")),
    2: ("alias of itself", (READING, f"{TEXT}::test_a_bomb_does_not_go_off")),
    3: ("deep nesting", (READING, f"{TEXT}::test_a_bomb_does_not_go_off")),
    4: ("500 MB, a million documents", (READING, f"{FILES}::test_size_limit", f"{TEXT}::test_a_bomb_does_not_go_off")),
    5: ("tag of a Python object", (READING,)),
    6: ("unknown tag", (READING,)),
    7: ("duplicate key", (READING, "errors/test_reading.py::test_both_lines_of_a_duplicate", f"{TEXT}::test_a_document_of_another_shape")),
    8: ("merge key", (READING,)),
    9: ("every way to separate documents", (READING, f"{YAML}::test_every_document_is_seen", f"{TEXT}::test_every_document_is_seen")),
    10: ("mixed line endings", (READING, f"{FILES}::test_bytes_that_are_no_plain_text")),
    11: ("encodings and NUL", (READING, f"{FILES}::test_bytes_that_are_no_plain_text")),
    12: ("surprises of YAML 1.1", (READING, f"{YAML}::test_ambiguous_scalars")),
    13: ("text that looks like a date", (f"{YAML}::test_plain_scalars", f"{TEXT}::test_a_date_stays_text")),
    14: ("tabs as indentation", (READING,)),
    15: ("lists of objects, nested", (f"{TEXT}::test_a_list_hides_nothing",)),
    16: (
        "no kind, Kind, no apiVersion",
        (f"{TEXT}::test_objects_that_kustomize_refuses", f"{TEXT}::test_unknown_kinds_are_not_passed_over"),
    ),
    17: ("keys that are no text, other documents than maps", (READING, f"{TEXT}::test_a_document_of_another_shape")),
    18: ("directives in comments", (f"{YAML}::test_comments_have_no_effect", f"{TEXT}::test_a_comment_excuses_nothing")),
    19: (
        "invisible characters and look-alikes",
        (READING, f"{PATHS}::test_names_of_applications", f"{GATE}::test_a_waiver_that_excuses_nothing"),
    ),
    20: ("a very long line", (READING, f"{YAML}::test_a_long_line_is_not_shown_but_counted", f"{TEXT}::test_a_bomb_does_not_go_off")),
    # paths and files
    21: ("a path with ..", (f"{FILES}::test_parent_folders", f"{PATHS}::test_paths_in_a_kustomization")),
    22: (
        "absolute paths and addresses",
        (f"{FILES}::test_paths_that_are_not_below_the_project", f"{PATHS}::test_paths_in_a_kustomization"),
    ),
    23: ("odd and empty names", (f"{FILES}::test_odd_names_are_ordinary_names", f"{FILES}::test_empty_names")),
    24: (
        "links of all kinds",
        (
            f"{FILES}::test_links",
            f"{PATHS}::test_what_may_not_be_read",
            f"{PATHS}::test_a_link_that_stays_inside_is_followed",
            f"{PATHS}::test_a_folder_that_is_a_link_is_looked_into_each_time",
        ),
    ),
    25: (
        "links where output belongs",
        (
            f"{OUTPUT}::test_a_linked_folder_is_refused",
            f"{PATHS}::test_the_output_folder_is_a_link",
            f"{PATHS}::test_an_output_file_is_a_link",
            f"{PATHS}::test_the_state_folder_is_a_link",
            f"{PATHS}::test_another_name_of_an_output_file_keeps_the_old_bytes",
        ),
    ),
    26: (
        "FIFOs, devices, sockets",
        (
            f"{FILES}::test_files_that_are_no_regular_files",
            f"{PATHS}::test_what_may_not_be_read",
            f"{PATHS}::test_devices_and_sockets",
            f"{PATHS}::test_fifos_where_the_gate_reads",
            f"{PATHS}::test_a_fifo_in_place_of_an_output_file",
            f"{PATHS}::test_a_fifo_in_place_of_the_state",
        ),
    ),
    27: (
        "unreadable, vanished, full and read-only disks",
        (
            f"{PATHS}::test_a_file_that_cannot_be_opened_or_is_gone",
            f"{PATHS}::test_a_full_disk",
            f"{PATHS}::test_a_read_only_disk",
            f"{OUTPUT}::test_a_full_disk_leaves_what_was_there",
        ),
    ),
    28: (
        "names that differ by case",
        (f"{OUTPUT}::test_names_that_differ_by_case_are_refused", f"{PATHS}::test_two_objects_whose_names_differ_by_case"),
    ),
    29: (
        "names of objects that lead out, are long or no text",
        (
            f"{PATHS}::test_names_of_objects_that_lead_out",
            f"{PATHS}::test_a_long_name_is_cut_on_disk_and_refused_by_the_check",
            f"{PATHS}::test_a_name_that_is_no_text",
            f"{PATHS}::test_names_that_become_folders",
        ),
    ),
    30: (
        "names of files that start commands",
        (f"{FILES}::test_control_characters_in_names_are_refused_and_escaped", f"{PATHS}::test_a_file_name_starts_no_command_in_a_log"),
    ),
    31: ("two processes", (f"{OUTPUT}::test_two_writers_without_a_lock_never_mix", f"{PATHS}::test_two_builds_at_once")),
    32: (
        "killed at any moment",
        (
            f"{OUTPUT}::test_a_kill_at_any_moment_leaves_whole_files",
            f"{PATHS}::test_a_build_that_is_stopped_is_finished_by_the_next",
            f"{PATHS}::test_a_signal_that_strikes_where_nothing_can_be_raised_is_not_lost",
            f"{PATHS}::test_a_build_in_the_background_does_not_hear_the_interruption_of_its_terminal",
            f"{PATHS}::test_a_stopped_check_leaves_no_program_and_no_folder_behind",
        ),
    ),
    # blueprint and kustomize
    33: ("an unknown field", (f"{BLUEPRINTS}::test_fields_and_numbers", f"{BLUEPRINTS}::test_a_typing_error_gets_a_proposal")),
    34: (
        "values of another type",
        (f"{BLUEPRINTS}::test_fields_and_numbers", f"{TEXT}::test_an_object_of_another_shape_is_a_finding_and_no_crash"),
    ),
    35: ("numbers out of range", (f"{BLUEPRINTS}::test_fields_and_numbers",)),
    36: ("circles", (f"{BLUEPRINTS}::test_what_kustomize_refuses_is_said_in_one_line", f"{BLUEPRINTS}::test_a_circle_of_components")),
    37: (
        "patches that fit nothing, two, or break an object",
        (
            f"{PATHS}::test_patches_that_no_kustomization_names",
            f"{BLUEPRINTS}::test_a_patch_that_fits_nothing",
            f"{BLUEPRINTS}::test_a_patch_that_fits_two",
            f"{BLUEPRINTS}::test_a_patch_that_removes_what_is_required",
            f"{BLUEPRINTS}::test_what_kustomize_refuses_is_said_in_one_line",
            f"{BLUEPRINTS}::test_an_override_that_fits_nothing",
        ),
    ),
    38: ("remote bases", (f"{BLUEPRINTS}::test_nothing_is_fetched",)),
    39: (
        "environments and clusters that are not there",
        (f"{BLUEPRINTS}::test_environments_and_identities", f"{BLUEPRINTS}::test_patches_for_nobody"),
    ),
    40: (
        "one identity twice",
        (f"{BLUEPRINTS}::test_environments_and_identities", f"{BLUEPRINTS}::test_two_applications_that_make_one_object"),
    ),
    41: (
        "large and binary content",
        (f"{BLUEPRINTS}::test_content_larger_than_the_api_server_takes", f"{BLUEPRINTS}::test_content_that_is_no_text"),
    ),
    42: ("a placeholder that is left", (f"{BLUEPRINTS}::test_what_is_left_open_is_not_deployed",)),
    43: (
        "Python blueprints",
        (f"{BLUEPRINTS}::test_python_that_fails", f"{BLUEPRINTS}::test_yaml_runs_nothing_and_python_prints_nothing"),
    ),
    44: (
        "a secret that is written out",
        (f"{BLUEPRINTS}::test_a_secret_is_refused_and_not_shown", f"{BLUEPRINTS}::test_an_environment_holds_names_of_secrets_only"),
    ),
    # the gate and its data
    45: (
        "tools that are missing, old or lie",
        (
            f"{GUARDS}::test_a_killed_or_confused_conftest_is_not_believed",
            f"{GUARDS}::test_a_missing_or_sleeping_conftest",
            f"{GATE}::test_a_conftest_that_cannot_be_believed",
            f"{GATE}::test_a_kustomize_that_cannot_be_believed",
            f"{GATE}::test_a_kustomize_command_that_builds_no_objects",
            f"{GATE}::test_patches_without_any_kustomize",
        ),
    ),
    46: (
        "empty packs, other packages, silent canaries",
        (
            f"{GUARDS}::test_an_empty_pack_is_not_evaluated",
            f"{GUARDS}::test_a_silent_rule_is_noticed_by_its_canary",
            f"{GATE}::test_a_rule_in_another_package_than_its_folder",
        ),
    ),
    47: (
        "Rego that fails or never runs",
        (
            f"{GUARDS}::test_a_rule_that_would_not_run_is_a_finding",
            f"{GUARDS}::test_rego_that_crashes_or_asks_the_machine_is_not_evaluated",
        ),
    ),
    48: ("Rego that asks the machine", (f"{GUARDS}::test_rego_that_crashes_or_asks_the_machine_is_not_evaluated",)),
    49: (
        "facts that are missing, damaged, stale or from the future",
        (
            f"{GUARDS}::test_input_that_rules_would_skip_is_refused",
            f"{GATE}::test_evidence_that_is_damaged",
            f"{GATE}::test_evidence_that_is_stale_or_from_the_future",
            f"{GATE}::test_a_day_that_is_none",
        ),
    ),
    50: (
        "scan reports",
        (
            f"{SCANS}::test_shapes_that_are_not_recognised",
            f"{SCANS}::test_nothing_was_scanned",
            f"{SCANS}::test_another_image",
            f"{GATE}::test_evidence_that_is_damaged",
            f"{GATE}::test_a_report_with_a_hundred_thousand_findings",
        ),
    ),
    52: (
        "waivers",
        (
            f"{WAIVERS}::test_an_unsound_waiver_covers_nothing",
            f"{WAIVERS}::test_the_last_day_still_counts",
            f"{WAIVERS}::test_nothing_but_the_exact_place_is_covered",
            f"{GATE}::test_a_waiver_that_excuses_nothing",
        ),
    ),
    53: (
        "a rule that was renamed",
        (f"{WAIVERS}::test_a_waiver_by_an_earlier_name_of_the_rule_holds_with_a_warning", "unit/test_rules.py::test_unsound_aliases"),
    ),
    55: (
        "image references",
        (
            f"{GATE}::test_a_digest_in_a_release",
            f"{GATE}::test_an_image_that_is_not_pinned_is_refused_in_production",
            f"{GATE}::test_an_image_beside_the_model_is_seen",
            f"{GATE}::test_a_registry_with_a_port_is_no_tag",
        ),
    ),
    # accelerators
    56: (
        "junk for a number",
        (
            "unit/test_ledger.py::test_g24_junk_is_never_a_number",
            f"{ACCELERATORS}::test_a_quantity_that_is_no_whole_number",
            f"{ACCELERATORS}::test_a_quantity_of_another_type",
        ),
    ),
    57: ("limits unlike requests", (f"{ACCELERATORS}::test_limits_that_differ_from_requests",)),
    58: ("the largest number of replicas", (f"{ACCELERATORS}::test_the_largest_number_of_replicas",)),
    59: ("items that a step makes", (f"{ACCELERATORS}::test_more_trials_than_anybody_can_count",)),
    60: (
        "patches of pods",
        (f"{ACCELERATORS}::test_a_patch_of_pods_is_counted", f"{ACCELERATORS}::test_a_patch_of_pods_that_nobody_can_read"),
    ),
    61: (
        "manifests as text",
        (
            f"{ACCELERATORS}::test_a_manifest_inside_a_manifest_that_nobody_can_read",
            f"{ACCELERATORS}::test_every_object_of_a_manifest_inside_a_manifest_is_counted",
        ),
    ),
    # reports
    62: ("hostile words", (f"{FORMATS}::test_hostile_text_is_harmless_in_every_format", f"{REPORTS}::test_hostile_words_are_harmless")),
    63: (
        "very many findings",
        (
            f"{FORMATS}::test_sarif_stays_below_the_limit_and_says_so",
            f"{FORMATS}::test_markdown_stays_in_its_budget_and_counts_the_rest",
            f"{REPORTS}::test_thousands_of_findings_are_counted_where_they_are_not_shown",
        ),
    ),
    64: (
        "any surroundings",
        (
            f"{REPORTS}::test_the_same_bytes_in_any_surroundings",
            f"{REPORTS}::test_nobody_takes_the_output",
            f"{REPORTS}::test_help_that_nobody_can_take",
            f"{REPORTS}::test_a_build_with_closed_streams_writes_the_same",
        ),
    ),
}

NOT_TESTED: dict[int, str] = {
    51: "VEX statements are not read: a vulnerability without effect is waived, by name and with an end",
    54: "attestations are not read, so none can be taken for verified",
}
