using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record ClusterSettings
{
    [Setting(
        "The Kubernetes version of the cluster and its nodes.",
        Pattern = "^v1\\.[0-9]{2}\\.[0-9]{1,2}$",
        Form = "a Kubernetes version",
        Example = "v1.33.1")]
    public string KubernetesVersion { get; init; } = "v1.33.1";

    [Setting(
        "The image of the nodes, pinned: an OKE image for this Kubernetes version and this region.",
        Pattern = "^ocid1\\.image\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = "the OCID of an image",
        Example = "ocid1.image.oc1.eu-frankfurt-1.aaaa")]
    public required string NodeImage { get; init; }

    [Setting(
        "Whether the cluster's API has a public address. If not, the endpoint is private, and docs/infrastructure.md describes how "
        + "`pulumi up` reaches it. This cannot be changed later.")]
    public bool PublicEndpoint { get; init; }

    [Setting(
        "The addresses that may reach the cluster's API: offices and pipelines for a public endpoint, a Bastion or a runner for a private "
        + "one. Each range is at most a /16.",
        Pattern = CloudSettings.CidrPattern,
        Form = CloudSettings.CidrForm,
        Example = "198.51.100.7/32")]
    public IReadOnlyList<string> AllowedCidrs { get; init; } = [];

    [Setting("The nodes.")]
    public NodeSettings Nodes { get; init; } = new();
}
