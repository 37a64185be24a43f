"""Kubeflow Trainer 2.3 (`trainer.kubeflow.org/v1alpha1`): TrainJob and the runtimes it names."""
