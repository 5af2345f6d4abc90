using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Contracts.Monitoring;
using ModelServing.Contracts.Predictions;
using ModelServing.Infra.Access;
using ModelServing.Infra.Alarms;
using ModelServing.Infra.ArtifactStore;
using ModelServing.Infra.Cache;
using ModelServing.Infra.Cluster;
using ModelServing.Infra.Functions;
using ModelServing.Infra.Gateway;
using ModelServing.Infra.Identity;
using ModelServing.Infra.Images;
using ModelServing.Infra.Journal;
using ModelServing.Infra.Naming;
using ModelServing.Infra.Network;
using ModelServing.Infra.Predictions;
using ModelServing.Infra.Secrets;
using ModelServing.Infra.Tests.Stacks;
using ModelServing.Infra.Workloads;
using Pulumi;

namespace ModelServing.Infra.Tests.Rendering;

/// <summary>Creates components with valid arguments.</summary>
internal sealed class SomeEnvironment
{
    internal const string Compartment = "ocid1.compartment.oc1..some";
    internal const string Bucket = "modelserving-some-artifacts";

    private readonly Lazy<Pulumi.Oci.Provider> homeRegion;

    internal SomeEnvironment(Resource root)
    {
        Options = new ComponentResourceOptions { Parent = root };
        homeRegion = new(() => new Pulumi.Oci.Provider(
            "home",
            new Pulumi.Oci.ProviderArgs { Region = "eu-frankfurt-1" },
            new CustomResourceOptions { Parent = root }));
    }

    internal EnvironmentNames Names { get; init; } = new("modelserving", "some");

    internal ComponentResourceOptions Options { get; }

    internal Pulumi.Oci.Provider HomeRegion => homeRegion.Value;

    internal static SubnetPlacement Placement => new(Output.Create("ocid1.subnet.some"), Output.Create("ocid1.networksecuritygroup.some"));

    internal NetworkComponent Network(
        bool isPublic = false,
        IReadOnlyList<string>? allowed = null,
        bool internetEgress = false,
        string nodes = "10.0.2.0/24",
        int? admin = null,
        int? split = null,
        string? bastion = null,
        string? runner = null,
        bool egressByGroup = false,
        FlowLogsArgs? logs = null) => new("network", new NetworkArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            RouterPort = 80,
            RouterAdminPort = admin,
            RouterSplitPort = split,
            IsClusterEndpointPublic = isPublic,
            ClusterEndpointAllowedCidrs = allowed ?? [],
            InternetEgress = internetEgress,
            NodeCidr = nodes,
            IsEgressByGroup = egressByGroup,
            FlowLogs = logs,
            BastionCidr = bastion,
            RunnerCidr = runner,
        }, Options);

    internal AccessComponent Access(params string[] allowed) => new("access", new AccessArgs
    {
        Names = Names,
        CompartmentId = Compartment,
        SubnetId = "ocid1.subnet.some",
        AllowedCidrs = allowed,
    }, Options);

    internal ClusterComponent Cluster(
        string? key = null,
        Resource? keyPolicy = null,
        int domains = 1,
        string services = "10.96.0.0/16",
        string version = "v1.34.1",
        string? image = "ocid1.image.some",
        bool isArm = false,
        (int Min, int Max)? routers = null,
        bool egressByGroup = true) =>
        Cluster(new ClusterArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            Network = Network(internetEgress: routers is not null, egressByGroup: egressByGroup),
            RouterNodes = routers,
            KubernetesVersion = version,
            NodeImageId = image,
            IsArm = isArm,
            AvailabilityDomains = domains,
            MinNodes = domains + 1,
            MaxNodes = 3 * domains + 2,
            ServiceCidr = services,
            KmsKeyId = key is null ? null : (Input<string>)key,
            KeyPolicy = keyPolicy is null ? null : (Input<Resource>)keyPolicy,
        });

    /// <summary>A cluster in the network of <see cref="Network"/>, of which <paramref name="systemNodes"/> are for the add-ons.</summary>
    internal ClusterComponent SizedCluster(int min, int max, int systemNodes, bool isCycling = false) => Cluster(new ClusterArgs
    {
        Names = Names,
        CompartmentId = Compartment,
        Network = Network(),
        KubernetesVersion = "v1.34.1",
        MinNodes = min,
        MaxNodes = max,
        SystemNodes = systemNodes,
        CyclesNodes = isCycling,
    });

    private ClusterComponent Cluster(ClusterArgs args) => new("cluster", args, Options);

    internal CacheComponent Cache(
        int? shards = null, bool dataProtection = true, int nodes = 1, string? secret = null) => new("cache", new CacheArgs
        {
            PasswordSecretId = secret is null ? null : (Input<string>)secret,
            Names = Names,
            CompartmentId = Compartment,
            Placement = Placement,
            Nodes = nodes,
            Shards = shards,
            DataProtection = dataProtection,
        }, Options);

    internal ArtifactStoreComponent ArtifactStore(bool dataProtection = true, string? key = null, string bucket = Bucket) =>
        new("artifacts", new ArtifactStoreArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            BucketName = bucket,
            ServicePolicy = ServicePolicies(key).ObjectStorage,
            Expiring = ("datalake/", 365),
            KmsKeyId = key is null ? null : (Input<string>)key,
            DataProtection = dataProtection,
        }, Options);

    internal JournalComponent Journal(bool dataProtection = true) =>
        new("journal", new JournalArgs { Names = Names, CompartmentId = Compartment, DataProtection = dataProtection }, Options);

    internal PredictionsComponent Predictions(bool dataProtection = true, int days = 30, TableSize? size = null) =>
        new("predictions", new PredictionsArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            Predictions = size ?? new TableSize(200, 500, 50),
            Outcomes = new TableSize(100, 60, 5),
            RetentionDays = days,
            DataProtection = dataProtection,
        }, Options);

    internal ImagesComponent Images(params string[] programs) =>
        new(
            "images",
            new ImagesArgs { Names = Names, CompartmentId = Compartment, Region = "eu-frankfurt-1", Programs = programs },
            Options);

    internal GatewayComponent Gateway(
        TimeSpan? longest = null,
        IReadOnlyList<string>? origins = null,
        GatewayTokens? tokens = null,
        int? admin = null,
        string? features = null,
        string? splitter = null,
        (string Name, string CertificateId)? domain = null) => new("gateway", new GatewayArgs
        {
            Domain = domain,
            Names = Names,
            CompartmentId = Compartment,
            Placement = Placement,
            RouterAddress = "10.0.1.70",
            RouterPort = 80,
            RouterAdminPort = admin,
            SplitterId = splitter is null ? null : (Input<string>)splitter,
            FeatureServerAddress = features is null ? null : (Input<string>)features,
            LongestDeadline = longest ?? TimeSpan.FromSeconds(20),
            Tokens = tokens ?? SomeTokens,
            CorsOrigins = origins ?? [],
        }, Options);

    internal static FunctionsHostSettings SomeFunctions => new()
    {
        LogFormat = LogFormat.Json,
        Environment = "some",
        Journal = "nosql:ocid1.compartment.oc1..some/some",
        Cache = new CacheSettings { Addresses = ["cache.example.com:6379"], Tls = true },
        Registry = "oci:some/some",
        Monitoring = $"oci:{Compartment}",
        Oci = new OciSettings { Identity = OciIdentity.ResourcePrincipal, Region = "eu-frankfurt-1" },
    };

    internal FunctionsComponent Functions(
        FunctionsHostSettings? settings = null,
        int memory = 512,
        double timeout = 60,
        int provisioned = 0,
        bool isArm = false) => new("functions", new FunctionsArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            Placement = Placement,
            Repository = "ocir.eu-frankfurt-1.oci.oraclecloud.com/some/functions",
            ImageDigest = SomeStack.Digest('c'),
            IsArm = isArm,
            Settings = settings ?? SomeFunctions,
            MemoryMbs = memory,
            Timeout = TimeSpan.FromSeconds(timeout),
            ProvisionedConcurrency = provisioned,
            BucketName = Bucket,
        }, Options);

    internal SplitterComponent Splitter(
        FunctionsHostSettings? settings = null, int memory = 1024, double deadline = 20, int provisioned = 0, string key = "a-key-of-some")
        => new("splitter", new SplitterArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            Functions = Functions(settings),
            RouterAddress = "10.0.1.70",
            RouterPort = 8082,
            Key = new VaultText(Output.CreateSecret(key), Output.Create("1")),
            LongestDeadline = TimeSpan.FromSeconds(deadline),
            MemoryMbs = memory,
            ProvisionedConcurrency = provisioned,
        }, Options);

    internal SplitterPolicy SplitterPolicy() => new("splitter", new SplitterPolicyArgs
    {
        Names = Names,
        CompartmentId = Compartment,
        HomeRegion = HomeRegion,
        FunctionId = "ocid1.fnfunc.splitter",
    }, Options);

    internal Topics Topics(params string[] emails) =>
        new("topics", new TopicsArgs { Names = Names, CompartmentId = Compartment, Emails = emails }, Options);

    internal AlarmsComponent Alarms(params string[] emails) =>
        new(
            "alarms",
            new AlarmsArgs
            {
                Names = Names,
                CompartmentId = Compartment,
                Topics = Topics(emails),
                Rollback = Functions().Rollback,
                Splitter = SomeSplitterAlarms,
            },
            Options);

    /// <summary>The alarms of TrafficSplitter for a longest deadline of 20 s.</summary>
    internal static IReadOnlyList<AlarmDefinition> SomeSplitterAlarms { get; } = SplitterAlarms.For(TimeSpan.FromSeconds(20));

    /// <summary>The workloads of one model with one version.</summary>
    internal WorkloadsComponent Workloads(PredictionLogSettings? log = null, string? hashKey = null, PlanDocument? plan = null)
    {
        var size = new PodSize { Min = 1, Max = 2, Cpu = "500m", Memory = "1Gi", CpuTarget = 60 };
        return new("workloads", new WorkloadsArgs
        {
            Names = Names,
            CompartmentId = Compartment,
            Region = "eu-frankfurt-1",
            AccessLogSample = 100,
            KubeConfig = "apiVersion: v1",
            ClusterId = "ocid1.cluster.some",
            Foundation = [HomeRegion],
            Plan = plan ?? new PlanDocument { Schema = PlanDocument.CurrentSchema, Rollouts = [] },
            Clients = new ClientsDocument { Schema = ClientsDocument.CurrentSchema, Anonymous = false, Clients = [] },
            Versions = [new VersionArgs
            {
                Model = ModelName.Parse("fraud"),
                Version = new ModelVersion(1),
                Image = SomeImage,
                Size = size,
                Deadline = TimeSpan.FromSeconds(1),
                BatchRows = 16,
                Predictions = log,
            }],
            Router = new RouterArgs
            {
                Image = SomeImage,
                Size = size,
                LongestDeadline = TimeSpan.FromSeconds(1),
                Journal = "nosql:ocid1.compartment.oc1..some/some",
                Predictions = log,
                LoadBalancerSubnetId = "ocid1.subnet.some",
                LoadBalancerGroupId = "ocid1.networksecuritygroup.some",
                FunctionCidr = "10.0.3.0/24",
            },
            MaxRequestBytes = 1024,
            Registry = new ContainerRegistryLogin("ocir.eu-frankfurt-1.oci.oraclecloud.com", "some", "some"),
            MinuteJob = new MinuteJobArgs
            {
                Image = SomeImage,
                FunctionId = "ocid1.fnfunc.oc1..some",
                InvokeEndpoint = "https://functions.example.com",
                Policy = HomeRegion,
            },
            Cache = new CacheSettings { Addresses = ["cache.example.com:6379"], Tls = true },
            PredictionStore = "nosql:ocid1.compartment.oc1..some/predictions",
            HashKey = hashKey is null ? null : (Input<string>)hashKey,
            Artifacts = "oci:some/some",
        }, Options);
    }

    private static string SomeImage => "some@" + SomeStack.Digest('a');

    internal static GatewayTokens SomeTokens =>
        new() { KeysUri = "https://idp.example.com/keys", Issuers = ["https://idp.example.com/"], Audiences = ["some"] };

    internal ServicePolicies ServicePolicies(string? key = null, string? replica = null) => new("services", new ServicePoliciesArgs
    {
        Names = Names,
        CompartmentId = Compartment,
        HomeRegion = HomeRegion,
        Region = "eu-frankfurt-1",
        BucketName = Bucket,
        KmsKeyId = key is null ? null : (Input<string>)key,
        ReplicaName = replica,
    }, Options);

    internal WorkloadPolicies WorkloadPolicies(bool export = true, bool features = true, bool backup = true, params string[] models) =>
        new("policies", WorkloadRights(export, features, backup, models.Length > 0 ? models : ["fraud"]), Options);

    /// <summary>The rights of models of which all but the first are in the pool small.</summary>
    internal WorkloadPolicies PoolPolicies(params string[] models) => new(
        "policies",
        WorkloadRights(false, false, false, models, [.. models.Skip(1).Select(static model => ModelName.Parse(model))]),
        Options);

    private WorkloadPoliciesArgs WorkloadRights(
        bool export, bool features, bool backup, IEnumerable<string> models, params IReadOnlyList<ModelName> pooled) => new()
        {
            Names = Names,
            CompartmentId = Compartment,
            HomeRegion = HomeRegion,
            ClusterId = "ocid1.cluster.some",
            BucketName = Bucket,
            Namespace = "modelserving",
            Models = [.. models.Select(static model => ModelName.Parse(model))],
            Pools = pooled.Count == 0 ? [] : [(ModelName.Parse("small"), pooled)],
            RouterAccount = "router",
            ExportAccount = export ? "prediction-export" : null,
            ExperimentAccount = export ? "experiment" : null,
            TryAccount = export ? "try" : null,
            BackupAccount = backup ? "journal-backup" : null,
            FeatureServerAccount = features ? "feature-server" : null,
            FeatureRebuildAccount = features ? "feature-rebuild" : null,
            FeatureExportAccount = features ? "feature-export" : null,
            FeatureCompactAccount = features ? "feature-compact" : null,
            EventsPrefix = "events/",
            ArchivePrefix = "archive/",
            FeaturesPrefix = "features/",
            DataLakePrefix = "datalake/",
        };

    internal FunctionPolicies FunctionPolicies() => new("function-policies", new FunctionPoliciesArgs
    {
        Names = Names,
        CompartmentId = Compartment,
        HomeRegion = HomeRegion,
        TenancyId = "ocid1.tenancy.oc1..some",
        BucketName = Bucket,
        RollbackId = "ocid1.fnfunc.rollback",
        ModelMetricsId = "ocid1.fnfunc.metrics",
        ModelLoaderId = "ocid1.fnfunc.loader",
        ArtifactsPrefix = "models/",
        VerdictsPrefix = "verdicts/",
    }, Options);

    internal InvocationPolicy InvocationPolicy() => new("invocation", new InvocationPolicyArgs
    {
        Names = Names,
        CompartmentId = Compartment,
        HomeRegion = HomeRegion,
        ClusterId = "ocid1.cluster.some",
        Namespace = "modelserving",
        Account = "model-metrics",
        FunctionId = "ocid1.fnfunc.some",
    }, Options);
}
