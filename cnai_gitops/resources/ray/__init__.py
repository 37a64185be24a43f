"""KubeRay (`ray.io/v1`): RayCluster, RayJob, RayService."""
