# What goes to the cloud, one target a step. cloudbuild.yaml calls these, and each runs alone as well.
PROJECT ?= $(error PROJECT: the Google Cloud project's id is wanted, as in `make plan PROJECT=clinic-staging`)
ENVIRONMENT ?= staging
REGION ?= asia-south1
ALERT_EMAIL ?= $(error ALERT_EMAIL: who is written to when something is wrong)
STATE_BUCKET ?= $(PROJECT)-terraform
SERVICE = projects/$(PROJECT)/locations/$(REGION)/services/realtime-service
PYTHON_IMAGE ?= python:3.12-slim-bookworm
NAME = $(REGION)-docker.pkg.dev/$(PROJECT)/clinic-voice-agent/realtime-service
TAG ?= $(shell git rev-parse --short HEAD)
IMAGE ?= $(shell cat dist/image 2>/dev/null)
WATCH ?= 600
TERRAFORM = terraform -chdir=infra/terraform
CHECKS := .venv-checks

.PHONY: bundle image scan push plan apply canary rollback deploy-check

bundle: setup  ## write the functions' source, dist/functions.zip
	@$(PY) -m infra.bundle

image:  ## build the realtime service's image (needs Docker)
	docker build --file realtime_service/Dockerfile --build-arg PYTHON_IMAGE=$(PYTHON_IMAGE) --tag $(NAME):$(TAG) .

scan:  ## list what is in the image, and refuse known holes in it (needs Trivy)
	@mkdir -p dist
	trivy image --format cyclonedx --output dist/sbom.json $(NAME):$(TAG)
	trivy sbom --severity HIGH,CRITICAL --ignore-unfixed --exit-code 1 dist/sbom.json

push:  ## push the image, and write its digest to dist/image
	@mkdir -p dist
	docker push $(NAME):$(TAG)
	docker inspect --format '{{join .RepoDigests "\n"}}' $(NAME):$(TAG) | grep -m 1 '^$(NAME)@' > dist/image

plan:  ## show what Terraform would change (needs terraform)
	@mkdir -p dist
	@test -z "$$(find clinic functions -type f -newer dist/functions.zip ! -name '*.pyc' 2>/dev/null | head -n 1)" \
	  || { echo "dist/functions.zip is older than what it holds: make bundle" >&2; exit 1; }
	$(TERRAFORM) init -input=false -backend-config=bucket=$(STATE_BUCKET) -backend-config=prefix=clinic-voice-agent
	$(TERRAFORM) plan -input=false -out=$(CURDIR)/dist/plan -var-file=$(ENVIRONMENT).tfvars \
	  -var=project_id=$(PROJECT) -var=region=$(REGION) -var=alert_email=$(ALERT_EMAIL) -var=image=$(IMAGE)

apply:  ## change it, as the last plan said
	$(TERRAFORM) apply -input=false $(CURDIR)/dist/plan

canary: setup  ## put the image before the callers: tried, then 5, 25 and 100 percent of them
	$(PY) -m infra.release --service $(SERVICE) deploy $(IMAGE)
	$(PY) -m infra.release --service $(SERVICE) smoke
	$(PY) -m infra.release --service $(SERVICE) promote --watch $(WATCH)

rollback: setup  ## give all new calls to the revision before the last
	$(PY) -m infra.release --service $(SERVICE) rollback

deploy-check: bundle $(CHECKS)/installed  ## look over all that is deployed; nothing is asked of Google
	@$(PY) -m pytest -q tests/infra
	@$(CHECKS)/bin/hadolint realtime_service/Dockerfile
	@$(CHECKS)/bin/check-jsonschema --builtin-schema vendor.cloudbuild cloudbuild.yaml
	@$(CHECKS)/bin/checkov --directory infra/terraform --framework terraform --compact --quiet --skip-download
	@if command -v terraform >/dev/null; then $(TERRAFORM) fmt -check -recursive \
	  && if $(TERRAFORM) init -input=false -backend=false >dist/init.log 2>&1; \
	  then $(TERRAFORM) validate && $(TERRAFORM) test -var-file=staging.tfvars; \
	  else echo "skipped: validate and test, for terraform found no google provider (dist/init.log)"; fi; \
	  else echo "skipped: terraform is not installed (developer.hashicorp.com/terraform/install)"; fi

$(CHECKS)/installed: infra/requirements.txt
	@echo "Installing what looks over the deployment into $(CHECKS) ..."
	@$(PYTHON) -m venv $(CHECKS)
	@$(CHECKS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
