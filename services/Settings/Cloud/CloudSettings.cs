using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>What an environment in the cloud is made of: what stands beside <c>models</c> in a stack file. Only <c>pulumi up</c> and the
/// preview read it; <c>ms up</c> leaves it alone.</summary>
public sealed record CloudSettings
{
    private const string OcidForm = "an OCID";
    private const string RegionPattern = "^[a-z]{2,4}-[a-z]+-[0-9]$";
    private const string RegionForm = "a region's identifier";

    /// <summary>The region.</summary>
    [Setting("The region that the environment is in.", Pattern = RegionPattern, Form = RegionForm, Example = "eu-frankfurt-1")]
    public required string Region { get; init; }

    /// <summary>The tenancy's home region.</summary>
    [Setting("The tenancy's home region, where policies and dynamic groups are written. Without it `region`.", Pattern = RegionPattern, Form = RegionForm, Example = "eu-frankfurt-1")]
    public string? HomeRegion { get; init; }

    /// <summary>The tenancy.</summary>
    [Setting("The tenancy.", Pattern = "^ocid1\\.tenancy\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$", Form = OcidForm, Example = "ocid1.tenancy.oc1..aaaa")]
    public required string Tenancy { get; init; }

    /// <summary>The compartment that everything is made in.</summary>
    [Setting("The compartment that everything is made in.", Pattern = "^ocid1\\.(compartment|tenancy)\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$", Form = OcidForm, Example = "ocid1.compartment.oc1..aaaa")]
    public required string Compartment { get; init; }

    /// <summary>Whether what holds data is protected.</summary>
    [Setting("What holds data is protected: `pulumi destroy` refuses to delete it, and what leaves the program is kept. `false` is for a trial.")]
    public bool DataProtection { get; init; } = true;

    /// <summary>The key that data is encrypted with.</summary>
    [Setting("The key, in the compartment, that the bucket and the cluster's secrets are encrypted with. Without it Oracle's own key does.", Pattern = "^ocid1\\.key\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9.-]+$", Form = OcidForm, Example = "ocid1.key.oc1.eu-frankfurt-1.aaaa.bbbb")]
    public string? KmsKey { get; init; }

    /// <summary>The network.</summary>
    [Setting("The network.")]
    public NetworkSettings Network { get; init; } = new();

    /// <summary>The Kubernetes cluster.</summary>
    [Setting("The Kubernetes cluster and its nodes.")]
    public required ClusterSettings Cluster { get; init; }

    /// <summary>The cache.</summary>
    [Setting("The cache: online features, the routers' counts and what Inference reports.")]
    public CacheStackSettings Cache { get; init; } = new();

    /// <summary>The journal.</summary>
    [Setting("The journal's table.")]
    public JournalSettings Journal { get; init; } = new();

    /// <summary>The API Gateway.</summary>
    [Setting("The API Gateway: the one public address. Needed once `images` are given.")]
    public GatewaySettings? Gateway { get; init; }

    /// <summary>The functions.</summary>
    [Setting("The functions: the second road to a rollback, the minute's metrics, the check of artifacts.")]
    public FunctionStackSettings Functions { get; init; } = new();

    /// <summary>The alarms.</summary>
    [Setting("The alarms. Which there are, and at what, is not a setting: docs/operations.md has them.")]
    public AlarmSettings Alarms { get; init; } = new();

    /// <summary>The images of the programs.</summary>
    [Setting("The images of the programs, by digest. Without them the foundation alone is made; `ms images push` writes them.")]
    public ImageSettings Images { get; init; } = new();

    /// <summary>The login that pods pull images with.</summary>
    [Setting("The login at the container registry that pods pull images with. Needed once `images` are given.")]
    public ContainerRegistrySettings? Registry { get; init; }

    /// <summary>The router's pods.</summary>
    [Setting("The router's pods.")]
    public PodSettings Router { get; init; } = new();

    /// <summary>The pods of each version.</summary>
    [Setting("The pods of each version of each model; `models.MODEL.pods` has what differs for one model.")]
    public PodSettings Inference { get; init; } = new();

    internal const string CidrPattern = "^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])$";
    internal const string CidrForm = "a range of IPv4 addresses";
}
