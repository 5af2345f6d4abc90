using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The Kubernetes cluster.</summary>
public sealed record ClusterSettings
{
    /// <summary>Kubernetes' version.</summary>
    [Setting("Kubernetes' version, of the cluster and of its nodes.", Pattern = "^v1\\.[0-9]{2}\\.[0-9]{1,2}$", Form = "a version of Kubernetes", Example = "v1.33.1")]
    public string KubernetesVersion { get; init; } = "v1.33.1";

    /// <summary>The nodes' image.</summary>
    [Setting("The image of the nodes: one of OKE's for this version of Kubernetes and this region, pinned.", Pattern = "^ocid1\\.image\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$", Form = "an image's OCID", Example = "ocid1.image.oc1.eu-frankfurt-1.aaaa")]
    public required string NodeImage { get; init; }

    /// <summary>Whether the API has a public address.</summary>
    [Setting("The cluster's API has a public address, for good. Without it the endpoint is private; docs/infrastructure.md says how `pulumi up` reaches it.")]
    public bool PublicEndpoint { get; init; }

    /// <summary>The addresses that may reach the cluster's API.</summary>
    [Setting("The addresses that may reach the cluster's API: of offices and pipelines for a public endpoint, of a Bastion or a runner for a private one. Each at most a /16.", Pattern = CloudSettings.CidrPattern, Form = CloudSettings.CidrForm, Example = "198.51.100.7/32")]
    public IReadOnlyList<string> AllowedCidrs { get; init; } = [];

    /// <summary>The nodes.</summary>
    [Setting("The nodes.")]
    public NodeSettings Nodes { get; init; } = new();
}
