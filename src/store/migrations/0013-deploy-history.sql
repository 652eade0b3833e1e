-- Histories of one project over its configs, or of one config over all projects, and the calls of a deployment: each in order.

CREATE INDEX deployment_of_project ON deployment (project, position);
CREATE INDEX deployment_of_config ON deployment (config, position);
CREATE INDEX deploy_intent_deployment ON deploy_intent (deployment, position);
