using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record ClusterSettings
{
    [Setting(
        "The Kubernetes version of the cluster and its nodes. `pulumi preview` names the versions that OKE offers, if this is not one of "
        + "them.",
        Pattern = "^v1\\.[0-9]{2}\\.[0-9]{1,2}$",
        Form = "a Kubernetes version",
        Example = "v1.34.1")]
    public required string KubernetesVersion { get; init; }

    [Setting(
        "The image of the nodes: an OKE image for this Kubernetes version and this region. By default, the newest one of Oracle Linux, "
        + "so each `pulumi up` gives new nodes Oracle's updates.",
        Pattern = "^ocid1\\.image\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = "the OCID of an image",
        Example = "ocid1.image.oc1.eu-frankfurt-1.aaaa")]
    public string? NodeImage { get; init; }

    [Setting(
        "Whether the cluster's API has a public address. If not, the endpoint is private, and docs/infrastructure.md describes how "
        + "`pulumi up` reaches it. This cannot be changed later.")]
    public bool PublicEndpoint { get; init; }

    [Setting(
        "The way to a private endpoint: `bastion` creates a Bastion for people's sessions, `runner` a subnet and a security group for the "
        + "machine of a pipeline. With `none`, only `allowedCidrs` reach it. docs/deploy.md describes each way.")]
    public ClusterAccess Access { get; init; }

    [Setting(
        "The addresses that may open sessions at the Bastion. Required with `access: bastion`. Each range is at most a /16.",
        Pattern = CloudSettings.CidrPattern,
        Form = CloudSettings.CidrForm,
        Example = "198.51.100.7/32")]
    public IReadOnlyList<string> BastionAllowedCidrs { get; init; } = [];

    [Setting(
        "The addresses that may reach the cluster's API without a Bastion: offices and pipelines for a public endpoint, machines in peered "
        + "networks for a private one. Each range is at most a /16.",
        Pattern = CloudSettings.CidrPattern,
        Form = CloudSettings.CidrForm,
        Example = "198.51.100.7/32")]
    public IReadOnlyList<string> AllowedCidrs { get; init; } = [];

    [Setting("The nodes of our pods.")]
    public NodeSettings Nodes { get; init; } = new();

    [Setting("The nodes of the add-ons, such as the autoscaler. None of our pods runs there.")]
    public SystemNodeSettings SystemNodes { get; init; } = new();

    [Setting(
        "Nodes on which only the routers run. With them, `network.internetEgress` is for the routers' pods alone; without them, it is for "
        + "every pod, also for those that run models. They have the shape, the size and the availability domains of `cluster.nodes`.")]
    public RouterNodeSettings? RouterNodes { get; init; }
}
