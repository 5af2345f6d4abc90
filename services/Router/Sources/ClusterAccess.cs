using k8s;

namespace ModelServing.Router.Sources;

/// <summary>Reads the address of the Kubernetes API and this pod's credentials. Called each time, because tokens and certificates are
/// replaced while a pod runs.</summary>
internal delegate KubernetesClientConfiguration ClusterAccess();
