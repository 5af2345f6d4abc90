using System.Text;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>
/// The programs in the cluster. They are created in this order: the versions and pools; the plan, once every version that it names is
/// ready; the routers. A version that is no longer named, or the former document of a pool, is deleted last, because Pulumi deletes after
/// it has updated. Its pods then run until the plan has reached the routers (<see cref="DrainTimes"/>).
/// </summary>
public sealed class WorkloadsComponent : ComponentResource
{
    /// <exception cref="ArgumentException">An argument is missing, or the plan names a version that does not exist.</exception>
    public WorkloadsComponent(string name, WorkloadsArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Workloads", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<WorkloadsArgs>().CheckedVersions();
        var provider = new K8s.Provider(name, new K8s.ProviderArgs
        {
            KubeConfig = args.KubeConfig,
            ClusterIdentifier = args.ClusterId,
            EnableServerSideApply = true,
            // Otherwise a changed plan or a renewed login would be deleted and created again.
            EnableConfigMapMutable = true,
            EnableSecretMutable = true,
        }, new CustomResourceOptions { Parent = this, DependsOn = args.Foundation.ToArray() });
        var context = new ClusterContext(this, provider, args.Names, args.RoutersHaveNodes, args.CachePassword);

        var kubernetesNamespace = new K8s.Core.V1.Namespace(ClusterNames.Namespace, new NamespaceArgs
        {
            Metadata = new ObjectMetaArgs
            {
                Name = ClusterNames.Namespace,
                Labels = new InputMap<string>
                {
                    ["app.kubernetes.io/managed-by"] = "pulumi",
                    ["pod-security.kubernetes.io/enforce"] = "restricted",
                    ["pod-security.kubernetes.io/enforce-version"] = "latest",
                    ["pod-security.kubernetes.io/audit"] = "restricted",
                    ["pod-security.kubernetes.io/warn"] = "restricted",
                },
            },
        }, context.Options());
        var pullSecret = PullSecret(context, kubernetesNamespace, args.Registry);
        var inference = args.Versions.Select(static version => version.Model).Distinct()
            .ToDictionary(static model => model, model => ServiceAccount(context, ClusterNames.InferenceOf(model), pullSecret));
        var routerAccount = ServiceAccount(context, ClusterNames.Router, pullSecret);
        MinuteJob.Add(context, args.MinuteJob, args.Oci, ServiceAccount(context, ClusterNames.ModelMetrics, pullSecret));
        if (args.Export is { } export)
            ExportJob.Add(context, export, args, ServiceAccount(context, ClusterNames.Export, pullSecret));
        if (args.Backup is { } backup)
            BackupJob.Add(context, backup, args, ServiceAccount(context, ClusterNames.JournalBackup, pullSecret));
        if (args.Reports is { } reports)
            AddReports(context, reports, args, pullSecret);

        List<Resource> keys = [];
        if (args.HashKey is { } key)
            keys.Add(HashKey(context, kubernetesNamespace, key));
        if (args.CachePassword is { } password)
            keys.Add(PodVaultText.CachePassword.AddSecret(context, kubernetesNamespace, password));
        K8s.Core.V1.Secret[] splitKey = args.Router.SplitKey is { } split
            ? [PodVaultText.SplitKey.AddSecret(context, kubernetesNamespace, split)]
            : [];

        var named = args.Plan.Rollouts.SelectMany(pair => pair.Value.Variants.Select(variant => (pair.Key, variant.Version))).ToHashSet();
        var ready = new List<Resource>();
        foreach (var version in args.Versions)
        {
            var objects = VersionWorkload.Add(context, version, args, inference[version.Model], [.. keys]);
            if (named.Contains((version.Model, version.Version)))
                ready.AddRange(objects);
        }

        foreach (var pool in args.Pools)
        {
            var account = ServiceAccount(context, ClusterNames.ModelPoolOf(pool.Document.Name), pullSecret);
            ready.AddRange(PoolWorkload.Add(context, pool, args, account, [.. keys]));
        }

        // The plan comes after the Deployments, autoscalers and Services of its versions. Pulumi waits until a Deployment's pods are ready.
        var plan = new K8s.Core.V1.ConfigMap(
            ClusterNames.Plan, PlanOf(context, args.Plan), context.Options([kubernetesNamespace, .. ready]));

        var clients = Clients(context, kubernetesNamespace, args.Clients);
        (RouterAddress, SplitAddress) = RouterWorkload.Add(context, args, routerAccount, [plan, clients, .. keys, .. splitKey]);
        if (args.FeatureServer is { } server)
        {
            var account = ServiceAccount(context, ClusterNames.FeatureServer, pullSecret);
            FeatureServerAddress = FeatureServerWorkload.Add(context, server, args, account, [clients, .. keys]);
            FeatureJobs.AddRebuild(context, server, args, ServiceAccount(context, ClusterNames.FeatureRebuild, pullSecret));
            FeatureJobs.AddTraining(context, server.Training, args, ServiceAccount(context, ClusterNames.FeatureExport, pullSecret));
            FeatureJobs.AddCompact(context, server.Compact, args, ServiceAccount(context, ClusterNames.FeatureCompact, pullSecret));
        }

        PlanName = plan.Metadata.Apply(static metadata => metadata.Name);
        RegisterOutputs(new Dictionary<string, object?>
        {
            ["routerAddress"] = RouterAddress,
            ["splitAddress"] = SplitAddress,
            ["featureServerAddress"] = FeatureServerAddress,
            ["planName"] = PlanName,
        });
    }

    /// <summary>The address of the routers' internal load balancer.</summary>
    public Output<string> RouterAddress { get; }

    /// <summary>The address of the load balancer that leads the function TrafficSplitter to the routers; null without that
    /// function.</summary>
    public Output<string>? SplitAddress { get; }

    /// <summary>The address of the feature server's internal load balancer; null without a feature server.</summary>
    public Output<string>? FeatureServerAddress { get; }

    /// <summary>The name of the plan's ConfigMap.</summary>
    public Output<string> PlanName { get; }

    private static ConfigMapArgs PlanOf(ClusterContext context, PlanDocument plan)
    {
        var stored = PlanObject.From(plan);
        if (stored.Length > PlanObject.MaxBytes)
            throw new ArgumentException($"the plan has {stored.Length} bytes; a ConfigMap holds at most {PlanObject.MaxBytes}");
        var map = new ConfigMapArgs { Metadata = context.Metadata(ClusterNames.Plan) };
        if (stored.Compressed is { } compressed)
            map.BinaryData = new InputMap<string> { [ClusterNames.CompressedPlanKey] = Convert.ToBase64String(compressed) };
        else
            map.Data = new InputMap<string> { [ClusterNames.PlanKey] = stored.Text! };
        return map;
    }

    private static void AddReports(ClusterContext context, ReportJobsArgs reports, WorkloadsArgs args, Resource pullSecret) =>
        ReportJobs.Add(
            context,
            reports,
            args,
            ServiceAccount(context, ClusterNames.Experiment, pullSecret),
            ServiceAccount(context, ClusterNames.Try, pullSecret));

    private static K8s.Core.V1.Secret PullSecret(ClusterContext context, Resource kubernetesNamespace, ContainerRegistryLogin login)
    {
        var json = Output.JsonSerialize(Output.Create(new Dictionary<string, object?>
        {
            ["auths"] = new Dictionary<string, object?>
            {
                [login.Host] = new Dictionary<string, object?>
                {
                    ["username"] = login.User.ToOutput(),
                    ["password"] = login.Token.ToOutput(),
                },
            },
        }));
        return new K8s.Core.V1.Secret(ClusterNames.PullSecret, new SecretArgs
        {
            Metadata = context.Metadata(ClusterNames.PullSecret),
            Type = "kubernetes.io/dockerconfigjson",
            StringData = new InputMap<string> { [".dockerconfigjson"] = Output.CreateSecret(json) },
        }, context.Options([kubernetesNamespace]));
    }

    // It is mutable and mounted as a folder, so adding or removing a client restarts no router.
    private static K8s.Core.V1.Secret Clients(ClusterContext context, Resource kubernetesNamespace, ClientsDocument clients) =>
        new(ClusterNames.Clients, new SecretArgs
        {
            Metadata = context.Metadata(ClusterNames.Clients),
            Type = "Opaque",
            StringData = new InputMap<string>
            {
                [ClusterNames.ClientsKey] = Output.CreateSecret(Encoding.UTF8.GetString(clients.ToUtf8())),
            },
        }, context.Options([kubernetesNamespace]));

    // Pods read it when they start, so a new key needs a restart of all of them.
    private static K8s.Core.V1.Secret HashKey(ClusterContext context, Resource kubernetesNamespace, Input<string> key) =>
        new(ClusterNames.HashKey, new SecretArgs
        {
            Metadata = context.Metadata(ClusterNames.HashKey),
            Type = "Opaque",
            StringData = new InputMap<string> { [ClusterNames.HashKeyKey] = Output.CreateSecret(key.ToOutput()) },
        }, context.Options([kubernetesNamespace]));

    private static K8s.Core.V1.ServiceAccount ServiceAccount(ClusterContext context, string name, Resource pullSecret) =>
        new(name, new ServiceAccountArgs
        {
            Metadata = context.Metadata(name),
            // Each pod decides whether it gets a token.
            AutomountServiceAccountToken = false,
            ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
        }, context.Options([pullSecret]));
}
