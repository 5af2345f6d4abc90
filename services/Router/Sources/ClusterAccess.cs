using k8s;

namespace ModelServing.Router.Sources;

/// <summary>Says where the Kubernetes API is and who asks it, anew each time: tokens and certificates are replaced while a pod runs.</summary>
internal delegate KubernetesClientConfiguration ClusterAccess();
