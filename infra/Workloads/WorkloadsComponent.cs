using System.Text;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using Pulumi.Kubernetes.Types.Inputs.Meta.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>
/// What runs in the cluster. It is made in this order: the versions; the plan, once every version that it names is ready; the routers.
/// A version that is named nowhere leaves at the very end, for Pulumi deletes after it has updated, and its pods then outlast the plan's
/// way to the routers (<see cref="DrainTimes"/>).
/// </summary>
public sealed class WorkloadsComponent : ComponentResource
{
    /// <summary>Makes the workloads.</summary>
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
            // Else a changed plan would be deleted and made anew, and so would a renewed login.
            EnableConfigMapMutable = true,
            EnableSecretMutable = true,
        }, new CustomResourceOptions { Parent = this });
        var place = new ClusterContext(this, provider, args.Names);

        var space = new K8s.Core.V1.Namespace(ClusterNames.Namespace, new NamespaceArgs
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
        }, place.Options());
        var pullSecret = PullSecret(place, space, args.Registry);
        var inference = ServiceAccount(place, ClusterNames.Inference, pullSecret);
        var routerAccount = ServiceAccount(place, ClusterNames.Router, pullSecret);
        MinuteJob.Add(place, args.MinuteJob, args.Region, ServiceAccount(place, ClusterNames.ModelMetrics, pullSecret));

        var named = args.Plan.Rollouts.SelectMany(pair => pair.Value.Variants.Select(variant => (pair.Key, variant.Version))).ToHashSet();
        var ready = new List<Resource>();
        foreach (var version in args.Versions)
        {
            var made = VersionWorkload.Add(place, version, args, inference);
            if (named.Contains((version.Model, version.Version)))
                ready.AddRange(made);
        }

        // Two of a version are its Deployment and its autoscaler: Pulumi waits for the first until its pods are ready.
        var plan = new K8s.Core.V1.ConfigMap(ClusterNames.Plan, new ConfigMapArgs
        {
            Metadata = place.Metadata(ClusterNames.Plan),
            Data = new InputMap<string> { [ClusterNames.PlanKey] = Encoding.UTF8.GetString(args.Plan.ToUtf8()) },
        }, place.Options([space, .. ready]));

        RouterAddress = RouterWorkload.Add(place, args, routerAccount, plan, Clients(place, space, args.Clients));
        PlanName = plan.Metadata.Apply(static metadata => metadata.Name);
        RegisterOutputs(new Dictionary<string, object?> { ["routerAddress"] = RouterAddress, ["planName"] = PlanName });
    }

    /// <summary>The address of the routers' internal load balancer.</summary>
    public Output<string> RouterAddress { get; }

    /// <summary>The name of the plan's ConfigMap.</summary>
    public Output<string> PlanName { get; }

    private static K8s.Core.V1.Secret PullSecret(ClusterContext place, Resource space, ContainerRegistryLogin login)
    {
        var json = Output.JsonSerialize(Output.Create(new Dictionary<string, object?>
        {
            ["auths"] = new Dictionary<string, object?>
            {
                [login.Host] = new Dictionary<string, object?> { ["username"] = login.User.ToOutput(), ["password"] = login.Token.ToOutput() },
            },
        }));
        return new K8s.Core.V1.Secret(ClusterNames.PullSecret, new SecretArgs
        {
            Metadata = place.Metadata(ClusterNames.PullSecret),
            Type = "kubernetes.io/dockerconfigjson",
            StringData = new InputMap<string> { [".dockerconfigjson"] = Output.CreateSecret(json) },
        }, place.Options([space]));
    }

    // Mutable and mounted as a folder: a new client, or one less, restarts no router.
    private static K8s.Core.V1.Secret Clients(ClusterContext place, Resource space, ClientsDocument clients) => new(ClusterNames.Clients, new SecretArgs
    {
        Metadata = place.Metadata(ClusterNames.Clients),
        Type = "Opaque",
        StringData = new InputMap<string> { [ClusterNames.ClientsKey] = Output.CreateSecret(Encoding.UTF8.GetString(clients.ToUtf8())) },
    }, place.Options([space]));

    private static K8s.Core.V1.ServiceAccount ServiceAccount(ClusterContext place, string name, Resource pullSecret) => new(name, new ServiceAccountArgs
    {
        Metadata = place.Metadata(name),
        // Pods say themselves whether they get a token.
        AutomountServiceAccountToken = false,
        ImagePullSecrets = [new LocalObjectReferenceArgs { Name = ClusterNames.PullSecret }],
    }, place.Options([pullSecret]));
}
