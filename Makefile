# Every command of the book. Each is one line that can be typed without make.
# `make` alone lists them. The first one makes .venv; nothing else is needed.

FIRST := $(firstword $(foreach name,$(PYTHON) python3 python,$(shell command -v $(name) 2>/dev/null)))
PY := $(if $(filter Windows_NT,$(OS)),.venv/Scripts/python,.venv/bin/python)

on = $(filter-out 0,$(1))

# Only what is typed after `make` counts: NAME or PORT stand in many a shell.
TYPED := BRANCH CHAPTER CHAPTERS CHECK FORCE MEASURE NAME ONCE PORT RETRY SAMPLE SAVE SCHEDULER SITE UPGRADE URL VERSIONS
$(foreach name,$(TYPED),$(if $(findstring environment,$(origin $(name))),$(eval $(name) :=)))

.PHONY: help book test test-fast test-package test-chapters links serve live offline student instructor course slides times lab run experiments bench mutants guards adopt lock for-book for-dev

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1	/p' Makefile | expand -t 22

book: for-book ## build the site from the stored outputs; no model runs
	@$(PY) -m book_tools book

test: for-dev ## everything: lint, site, unit tests, every chapter, browser tests
	@$(PY) -m book_tools test

test-fast: for-dev ## lint, unit and structure tests, in under a minute
	@$(PY) -m book_tools test-fast

test-package: for-dev ## the package alone, lowest and newest versions (VERSIONS=lowest); slow
	@$(PY) -m book_tools test-package $(VERSIONS)

test-chapters: for-dev ## the chapters in other versions (VERSIONS=lowest, CHAPTER=…); slow
	@$(PY) -m book_tools test-chapters $(VERSIONS) $(addprefix --chapter=,$(CHAPTER))

links: for-book ## ask whether what the pages link to elsewhere is still there
	@$(PY) -m book_tools links

serve: for-book ## serve the built site on 127.0.0.1 (PORT=8000)
	@$(PY) -m book_tools serve $(PORT)

live: for-book ## serve the site and rebuild it as files change (PORT=8000)
	@$(PY) -m book_tools live $(PORT)

offline: for-dev ## write the book to keep to dist/: the site as a zip, and a PDF
	@$(PY) -m book_tools offline

student: for-dev ## write the book without solutions to dist/ (CHAPTERS="01 04 05", BRANCH=students)
	@$(PY) -m book_tools student $(CHAPTERS) $(addprefix --branch=,$(BRANCH))

instructor: for-dev ## the same with solutions and notes for teachers (CHAPTERS=…)
	@$(PY) -m book_tools instructor $(CHAPTERS)

course: for-dev ## write the folder that nbgrader grades in (CHAPTERS=…)
	@$(PY) -m book_tools course $(CHAPTERS)

slides: for-book ## write slides of the chapters to dist/slides (CHAPTER=06-deep-or-wide)
	@$(PY) -m book_tools slides $(CHAPTER)

times: for-dev ## count how long the chapters take, for TEACHING.md (MEASURE=1: run them; slow)
	@$(PY) -m book_tools times $(if $(call on,$(MEASURE)),--measure)

lab: for-dev ## open JupyterLab on the chapters
	@$(PY) -m book_tools lab

run: for-dev ## execute the stale chapters (CHAPTER=01-one-cell, FORCE=1, ONCE=1)
	@$(PY) -m book_tools run $(CHAPTER) $(if $(call on,$(FORCE)),--force) $(if $(call on,$(ONCE)),--once)

experiments: for-dev ## run or resume the sweeps (NAME=…, CHECK=3, RETRY=1, SCHEDULER=tcp://…)
	@$(PY) -m experiments $(NAME) $(addprefix --check=,$(CHECK)) $(if $(call on,$(RETRY)),--retry) $(addprefix --scheduler=,$(SCHEDULER))

bench: for-dev ## time each thing beside its yardstick (NAME=fused, SAVE=1)
	@$(PY) -m book_tools bench $(NAME) $(if $(call on,$(SAVE)),--save)

mutants: for-dev ## see whether the tests notice single faults (NAME=lstm_utils/models); slow
	@$(PY) -m book_tools mutants $(NAME)

guards: for-dev ## see whether guards notice changed tables; slow (CHAPTER=08-going-deeper, SAMPLE=400)
	@$(PY) -m book_tools guards $(CHAPTER) $(addprefix --sample=,$(SAMPLE))

adopt: for-book ## put a fork's own addresses into its files (URL=…, SITE=…, BRANCH=main)
	@$(PY) -m book_tools adopt $(URL) $(addprefix --site=,$(SITE)) $(addprefix --branch=,$(BRANCH))

lock: for-dev ## recompile the locks and environment.yml (UPGRADE=1)
	@$(PY) -m book_tools lock $(if $(call on,$(UPGRADE)),--upgrade)

for-book for-dev: for-%:
	@$(or $(FIRST),$(error Install Python 3.11, 3.12 or 3.13 first; none is on PATH)) book_tools/bootstrap.py $*
