"""Argo Workflows (`argoproj.io/v1alpha1`): Workflow, WorkflowTemplate, ClusterWorkflowTemplate, CronWorkflow."""
