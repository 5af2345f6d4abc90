using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
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
using ModelServing.Infra.Workloads;
using ModelServing.Settings;
using ModelServing.Settings.Clients;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using Pulumi;
using Oci = Pulumi.Oci;

namespace ModelServing.Stacks;

/// <summary>
/// The composition of an environment, in two applies of one program: while no images are given the foundation alone (network, cluster,
/// cache, bucket, table, repositories, topics); with them the functions, the alarms, the workloads and the gateway too. Start here; every component is in infra/.
/// </summary>
public sealed class ServingStack : Stack
{
    private readonly CloudSettings cloud;
    private readonly EnvironmentNames names;
    private readonly Oci.Provider region;
    private readonly string bucketName;
    private readonly int maxRequestBytes;

    /// <summary>Composes the stack from Pulumi's configuration.</summary>
    public ServingStack()
        : this(StackConfiguration.OfPulumi(), null)
    {
    }

    /// <summary>Composes the stack from <paramref name="configuration"/>.</summary>
    public ServingStack(StackConfiguration configuration, StackOptions? options)
        : base(options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        cloud = configuration.Cloud;
        var deployment = Deployment.Instance;
        names = new EnvironmentNames(deployment.ProjectName, deployment.StackName);
        bucketName = Contracts.BucketName.From(deployment.ProjectName, deployment.StackName);
        maxRequestBytes = configuration.File.Settings.MaxRequestBytes;
        var models = configuration.File.Settings.Models;
        var plan = PlanMaker.Make(models);

        // 1. The providers: the settings' region, whatever the machine's own configuration says; and the tenancy's home region, where
        //    who may do what is written.
        region = new Oci.Provider("region", new Oci.ProviderArgs { Region = cloud.Region });
        var homeRegion = new Oci.Provider("home", new Oci.ProviderArgs { Region = cloud.HomeRegion ?? cloud.Region });
        var services = new ServicePolicies("services", new ServicePoliciesArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            HomeRegion = homeRegion,
            Region = cloud.Region,
            BucketName = bucketName,
            KmsKeyId = cloud.KmsKey is { } key ? (Input<string>)key : null,
        }, InRegion());

        // 2. The foundation.
        var network = MakeNetwork();
        var cluster = MakeCluster(network, services);
        var cache = MakeCache(network);
        var store = new ArtifactStoreComponent("artifacts", new ArtifactStoreArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            BucketName = bucketName,
            ServicePolicy = services.ObjectStorage,
            KmsKeyId = cloud.KmsKey is { } bucketKey ? (Input<string>)bucketKey : null,
            DataProtection = cloud.DataProtection,
        }, InRegion());
        var journal = new JournalComponent("journal", new JournalArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            ReadUnits = cloud.Journal.ReadUnits,
            WriteUnits = cloud.Journal.WriteUnits,
            StorageGbs = cloud.Journal.StorageInGbs,
            DataProtection = cloud.DataProtection,
        }, InRegion());
        var images = new ImagesComponent("images", new ImagesArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            Region = cloud.Region,
            Programs = ImageNames.All,
        }, InRegion());
        _ = new WorkloadPolicies("policies", new WorkloadPoliciesArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            HomeRegion = homeRegion,
            TenancyId = cloud.Tenancy,
            ClusterId = cluster.ClusterId,
            BucketName = bucketName,
            Namespace = ClusterNames.Namespace,
            InferenceAccount = ClusterNames.Inference,
            RouterAccount = ClusterNames.Router,
            VerdictsPrefix = ArtifactKeys.VerdictPrefix,
        }, InRegion());

        // In the foundation, so that people have confirmed their addresses before there is an alarm.
        var topics = new Topics("topics", new TopicsArgs { Names = names, CompartmentId = cloud.Compartment, Emails = cloud.Alarms.Emails }, InRegion());

        Bucket = store.BucketName;
        JournalTable = journal.TableName;
        Repositories = Output.All(images.Repositories.Select(static pair => pair.Value)).Apply(static all => all);
        Revisions = Output.Create(plan.Rollouts.ToImmutableDictionary(static pair => pair.Key.Text, static pair => pair.Value.Revision));
        if (cloud.Images.AreEmpty)
        {
            Api = Output.Create("");
            Next = Output.Create(ImmutableArray.Create(
                $"ms images push --stack {names.Environment}: builds and pushes the images and writes their digests into the stack file",
                $"ms publish --stack {names.Environment}: puts the models' versions into the bucket",
                $"pulumi config set --secret --path {StackFile.Namespace}registry.token (and registry.user): the login that pods pull images with",
                "the people of alarms.emails: follow the link in the message that each of them gets from both topics",
                "pulumi up: adds the functions, the alarms, the workloads and the gateway"));
            return;
        }

        // 3. What serves.
        if (!configuration.IsOffline)
            PublishedVersions.Check(configuration.File, store);
        var foundation = new Foundation(network, cluster, cache, journal, store, images);
        var functions = MakeFunctions(foundation);
        var invocation = new InvocationPolicy("invocation", new InvocationPolicyArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            HomeRegion = homeRegion,
            ClusterId = cluster.ClusterId,
            Namespace = ClusterNames.Namespace,
            Account = ClusterNames.ModelMetrics,
            FunctionId = functions.ModelMetrics.Id,
        }, InRegion());
        _ = new AlarmsComponent("alarms", new AlarmsArgs { Names = names, CompartmentId = cloud.Compartment, Topics = topics, Rollback = functions.Rollback }, InRegion());
        var clients = ClientsMaker.Make(configuration.File.Settings, cloud);
        var workloads = MakeWorkloads(models, plan, clients, foundation, functions, invocation);
        var gateway = MakeGateway(models, network, workloads);
        Api = gateway.Address;
        Next = Output.Create(ImmutableArray.Create(
            $"pulumi config set --path {StackFile.Namespace}models.MODEL.canary.percent N, then pulumi up: moves a canary's share"));
    }

    /// <summary>The address of the API; empty until there is a gateway.</summary>
    [Output("api")]
    public Output<string> Api { get; private set; }

    /// <summary>The revision of each model's rollout.</summary>
    [Output("revisions")]
    public Output<ImmutableDictionary<string, string>> Revisions { get; private set; }

    /// <summary>The bucket of the artifacts.</summary>
    [Output("bucket")]
    public Output<string> Bucket { get; private set; }

    /// <summary>The table of the journal.</summary>
    [Output("journalTable")]
    public Output<string> JournalTable { get; private set; }

    /// <summary>Where images are pushed to and pulled from.</summary>
    [Output("repositories")]
    public Output<ImmutableArray<string>> Repositories { get; private set; }

    /// <summary>What to do next.</summary>
    [Output("next")]
    public Output<ImmutableArray<string>> Next { get; private set; }

    private sealed record Foundation(NetworkComponent Network, ClusterComponent Cluster, CacheComponent Cache, JournalComponent Journal, ArtifactStoreComponent Store, ImagesComponent Images);

    // The routers' admin API stays in the cluster unless the gateway is to lead to it.
    private int? AdminPort => cloud.Gateway is { AdminApi: true } ? HostPorts.LoadBalancerAdmin : null;

    private ComponentResourceOptions InRegion() => new() { Provider = region };

    private NetworkComponent MakeNetwork()
    {
        return new NetworkComponent("network", new NetworkArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            RouterPort = HostPorts.LoadBalancer,
            RouterAdminPort = AdminPort,
            IsClusterEndpointPublic = cloud.Cluster.PublicEndpoint,
            ClusterEndpointAllowedCidrs = cloud.Cluster.AllowedCidrs,
            InternetEgress = cloud.Network.InternetEgress,
            VcnCidr = cloud.Network.Cidr,
            ClusterEndpointCidr = Part("0.0/28"),
            GatewayCidr = Part("1.0/26"),
            LoadBalancerCidr = Part("1.64/26"),
            CacheCidr = Part("1.128/25"),
            NodeCidr = Part("2.0/24"),
            FunctionCidr = Part("3.0/24"),
            PodCidr = Part("32.0/19"),
        }, InRegion());

        // The network is a /16, so a part of it begins with its first two numbers.
        string Part(string rest) => string.Join('.', cloud.Network.Cidr.Split('.').Take(2)) + "." + rest;
    }

    private ClusterComponent MakeCluster(NetworkComponent network, ServicePolicies services)
    {
        var nodes = cloud.Cluster.Nodes;
        return new ClusterComponent("cluster", new ClusterArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            Network = network,
            KubernetesVersion = cloud.Cluster.KubernetesVersion,
            NodeImageId = cloud.Cluster.NodeImage,
            IsEndpointPublic = cloud.Cluster.PublicEndpoint,
            AvailabilityDomains = nodes.AvailabilityDomains,
            NodeShape = nodes.Shape,
            NodeOcpus = nodes.Ocpus,
            NodeMemoryGbs = nodes.MemoryInGbs,
            MinNodes = nodes.Min,
            MaxNodes = nodes.Max,
            KmsKeyId = cloud.KmsKey is { } key ? (Input<string>)key : null,
            KeyPolicy = services.ClusterKey is { } policy ? (Input<Resource>)policy : null,
        }, InRegion());
    }

    private CacheComponent MakeCache(NetworkComponent network) => new("cache", new CacheArgs
    {
        Names = names,
        CompartmentId = cloud.Compartment,
        Place = network.Cache,
        Nodes = cloud.Cache.Nodes,
        NodeMemoryGbs = cloud.Cache.MemoryInGbs,
        Shards = cloud.Cache.Shards,
        DataProtection = cloud.DataProtection,
    }, InRegion());

    private WorkloadsComponent MakeWorkloads(IReadOnlyDictionary<ModelName, ModelSettings> models, PlanDocument plan, ClientsDocument clients, Foundation foundation, FunctionsComponent functions, InvocationPolicy invocation)
    {
        var inferenceImage = ImageOf(ImageNames.Inference, cloud.Images.Inference!);
        return new WorkloadsComponent("workloads", new WorkloadsArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            KubeConfig = foundation.Cluster.KubeConfig,
            ClusterId = foundation.Cluster.ClusterId,
            Plan = plan,
            Clients = clients,
            Versions =
            [
                .. Versions.Existing(models).Select(version => new VersionArgs
                {
                    Model = version.Model,
                    Version = version.Version,
                    Image = inferenceImage,
                    Size = SizeOf(version, cloud.Inference.With(models[version.Model].Pods)),
                    Deadline = models[version.Model].Deadline,
                }),
            ],
            Router = new RouterArgs
            {
                Image = ImageOf(ImageNames.Router, cloud.Images.Router!),
                Size = SizeOf(cloud.Router),
                LongestDeadline = LongestDeadline(models),
                Journal = foundation.Journal.Location,
                LoadBalancerSubnetId = foundation.Network.LoadBalancer.SubnetId,
                LoadBalancerGroupId = foundation.Network.LoadBalancer.GroupId,
                IsAdminBalanced = AdminPort is not null,
            },
            MinuteJob = new MinuteJobArgs
            {
                Image = ImageOf(ImageNames.Functions, cloud.Images.Functions!),
                FunctionId = functions.ModelMetrics.Id,
                InvokeEndpoint = functions.ModelMetrics.InvokeEndpoint,
                Policy = invocation.Policy,
            },
            MaxRequestBytes = maxRequestBytes,
            Registry = new ContainerRegistryLogin(
                ImageNames.HostOf(cloud.Region),
                Output.Format($"{foundation.Store.Namespace}/{Output.CreateSecret(cloud.Registry!.User.Reveal())}"),
                Output.CreateSecret(cloud.Registry.Token.Reveal())),
            Region = cloud.Region,
            Cache = foundation.Cache.Settings,
            Artifacts = Artifacts(foundation.Store),
        });

        Input<string> ImageOf(string program, string digest) => Output.Format($"{foundation.Images.Repositories[program]}@{digest}");
    }

    private FunctionsComponent MakeFunctions(Foundation foundation) => new("functions", new FunctionsArgs
    {
        Names = names,
        CompartmentId = cloud.Compartment,
        Place = foundation.Network.Functions,
        Repository = foundation.Images.Repositories[ImageNames.Functions],
        ImageDigest = cloud.Images.Functions!,
        IsArm = cloud.Cluster.Nodes.AreArm,
        Settings = Output.Tuple(foundation.Journal.Location, foundation.Cache.Settings, Artifacts(foundation.Store)).Apply(known => new FunctionsHostSettings
        {
            LogFormat = LogFormat.Json,
            Environment = names.Environment,
            Journal = known.Item1,
            Cache = known.Item2,
            Registry = known.Item3,
            Monitoring = HostSources.Monitoring(cloud.Compartment),
            DryRun = cloud.Functions.DryRun,
            Oci = new OciSettings { Identity = OciIdentity.ResourcePrincipal, Region = cloud.Region },
        }),
        MemoryMbs = cloud.Functions.MemoryInMbs,
        Timeout = cloud.Functions.Timeout,
        LoaderMemoryMbs = cloud.Functions.LoaderMemoryInMbs,
        LoaderTimeout = cloud.Functions.LoaderTimeout,
        ProvisionedConcurrency = cloud.Functions.ProvisionedConcurrency,
        LogRetentionDays = cloud.Functions.LogDays,
        BucketName = foundation.Store.BucketName,
    }, InRegion());

    // Where programs find the versions' artifacts.
    private static Output<string> Artifacts(ArtifactStoreComponent store) =>
        Output.Tuple(store.Namespace, store.BucketName).Apply(static bucket => HostSources.Bucket(bucket.Item1, bucket.Item2));

    private GatewayComponent MakeGateway(IReadOnlyDictionary<ModelName, ModelSettings> models, NetworkComponent network, WorkloadsComponent workloads)
    {
        var gateway = cloud.Gateway!;
        return new GatewayComponent("gateway", new GatewayArgs
        {
            Names = names,
            CompartmentId = cloud.Compartment,
            Place = network.Gateway,
            RouterAddress = workloads.RouterAddress,
            RouterPort = HostPorts.LoadBalancer,
            RouterAdminPort = AdminPort,
            LongestDeadline = LongestDeadline(models),
            Tokens = new GatewayTokens { KeysUri = gateway.KeysUri, Issuers = gateway.Issuers, Audiences = gateway.Audiences },
            RequestsPerSecond = gateway.RequestsPerSecond,
            CorsOrigins = gateway.AllowedOrigins,
            LogRetentionDays = gateway.LogDays,
        }, InRegion());
    }

    private static TimeSpan LongestDeadline(IReadOnlyDictionary<ModelName, ModelSettings> models) =>
        models.Count == 0 ? TimeSpan.FromSeconds(10) : models.Values.Max(static model => model.Deadline);

    private static PodSize SizeOf(PodSettings pods) => new()
    {
        Min = pods.Min,
        Max = pods.Max,
        Cpu = pods.Cpu,
        Memory = pods.Memory,
        CpuTarget = pods.CpuTarget,
    };

    // A canary's least does not follow its weight: a moved weight is a changed plan and nothing else.
    private static PodSize SizeOf(ExistingVersion version, PodSettings pods) => SizeOf(pods) with
    {
        Min = version.Role is VersionRole.Canary or VersionRole.Arm ? 1 : pods.Min,
        KeepsReplicas = version.KeepsReplicas,
    };
}
