using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

/// <summary>The settings of an environment in the cloud: the keys beside <c>models</c> in a stack file. Only <c>pulumi up</c> and the
/// preview read them; <c>ms up</c> ignores them.</summary>
public sealed record CloudSettings
{
    internal const string CidrPattern = "^(" + Byte + "\\.){3}" + Byte + "/(3[0-2]|[12]?[0-9])$";
    internal const string CidrForm = "a range of IPv4 addresses";
    internal const string RegionPattern = "^[a-z]{2,4}-[a-z]+-[0-9]$";
    internal const string RegionForm = "a region identifier";

    internal const int DefaultPolicyStatements = 500;

    private const string Byte = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private const string OcidForm = "an OCID";

    [Setting(
        "Which of the two applies of a new environment this is. `foundation` makes network, cluster, cache, bucket, tables, repositories "
        + "and topics. `all` adds functions, alarms, workloads and gateway, and needs `images`. An environment stays at `all`: going back "
        + "deletes what serves, and is refused without `allowGoingBack`.")]
    public required StackPhase Phase { get; init; }

    [Setting(
        "Whether `phase` may go back from `all` to `foundation`, which deletes functions, alarms, workloads and gateway. The gateway's "
        + "address never comes back. Remove this afterwards.")]
    public bool AllowGoingBack { get; init; }

    [Setting("The region of the environment.", Pattern = RegionPattern, Form = RegionForm, Example = "eu-frankfurt-1")]
    public required string Region { get; init; }

    [Setting(
        "The home region of the tenancy, where policies and dynamic groups are written. By default, `region`.",
        Pattern = RegionPattern,
        Form = RegionForm,
        Example = "eu-frankfurt-1")]
    public string? HomeRegion { get; init; }

    [Setting(
        "What `region` is, if it is newer than the OCI SDK in the images, which then refuses to call it. Pods get it as "
        + "`OCI_REGION_METADATA`.")]
    public RegionMetadataSettings? RegionMetadata { get; init; }

    [Setting(
        "The tenancy.",
        Pattern = "^ocid1\\.tenancy\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = OcidForm,
        Example = "ocid1.tenancy.oc1..aaaa")]
    public required string Tenancy { get; init; }

    [Setting(
        "The compartment that everything is created in.",
        Pattern = "^ocid1\\.(compartment|tenancy)\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = OcidForm,
        Example = "ocid1.compartment.oc1..aaaa")]
    public required string Compartment { get; init; }

    [Setting(
        "Whether resources that hold data are protected: `pulumi destroy` refuses to delete them, and they are kept if they are removed "
        + "from the program. The cluster, the gateway (its address) and the topics (their confirmed addresses) are protected too. Use "
        + "`false` only for a test environment.")]
    public bool DataProtection { get; init; } = true;

    [Setting(
        "The key that encrypts the bucket, the cluster's secrets and the disks of the nodes. It must be in the compartment. By default, "
        + "Oracle's own key does.",
        Pattern = "^ocid1\\.key\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9.-]+$",
        Form = OcidForm,
        Example = "ocid1.key.oc1.eu-frankfurt-1.aaaa.bbbb")]
    public string? KmsKey { get; init; }

    [Setting(
        "The number of policy statements that this environment may have; each model has one of its own. OCI allows 500 in a compartment "
        + "and those around it, and Oracle documents that this limit can't be increased. Subtract those of others in these compartments.",
        Min = "100",
        Max = "100000")]
    public int PolicyStatements { get; init; } = DefaultPolicyStatements;

    [Setting("The network.")]
    public NetworkSettings Network { get; init; } = new();

    [Setting("The Kubernetes cluster and its nodes.")]
    public required ClusterSettings Cluster { get; init; }

    [Setting("The cache: online features, the counts of the routers and the reports of Inference.")]
    public CacheStackSettings Cache { get; init; } = new();

    [Setting("The table of the journal.")]
    public JournalSettings Journal { get; init; } = new();

    [Setting("The tables of predictions and their outcomes, and the exports in the bucket.")]
    public PredictionStoreSettings PredictionStore { get; init; } = new();

    [Setting("A copy of the bucket in another region. By default, the bucket is in one region only.")]
    public ReplicationSettings? Replication { get; init; }

    [Setting("The API Gateway, the only public address. `phase: all` requires it.")]
    public GatewaySettings? Gateway { get; init; }

    [Setting(
        "The functions: rollback by alarm, the metrics of each minute, the check of new artifacts and, if it is set up, traffic "
        + "splitting.")]
    public FunctionStackSettings Functions { get; init; } = new();

    [Setting("The alarms. The set of alarms and their thresholds are not settings; docs/operations.md lists them.")]
    public AlarmSettings Alarms { get; init; } = new();

    [Setting("The tags for tracking costs, and a budget.")]
    public CostSettings Costs { get; init; } = new();

    [Setting(
        "The images of the programs, by digest. `phase: all` requires them. `ms images push` writes those of a new build, `ms images "
        + "promote` those of another stack.")]
    public ImageSettings Images { get; init; } = new();

    [Setting("The login to the container registry that pods pull images with. `phase: all` requires it.")]
    public ContainerRegistrySettings? Registry { get; init; }

    [Setting("The pods of the router.")]
    public PodSettings Router { get; init; } = new();

    [Setting("The pods of each version of each model. `models.MODEL.pods` overrides these settings for one model.")]
    public PodSettings Inference { get; init; } = new();

    [Setting("The pod of the feature server, and the volume of its event log. There is one if `modelserving:features` has views.")]
    public FeatureServerStackSettings FeatureServer { get; init; } = new();

    [Setting("What the pods send to an OpenTelemetry collector, and which requests they log.")]
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>Whether the cluster copies the journal each day: if there may be anything in it.</summary>
    public bool HasJournalBackup(StackSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return Journal.Backup && settings.Models.Count > 0;
    }

    /// <summary>Whether the cluster exports each day's predictions: if there may be any.</summary>
    public bool HasExport(StackSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return PredictionStore.Export.Enabled && settings.Predictions.Mode != PredictionLogMode.Off && settings.Models.Count > 0;
    }
}
