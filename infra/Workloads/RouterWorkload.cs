using System.Collections.Immutable;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Rbac.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>The routers, and the internal load balancers through which the API Gateway and the function TrafficSplitter reach
/// them.</summary>
internal static class RouterWorkload
{
    /// <summary>Creates them and returns the load balancers' addresses. That of the function is null without a key for it.</summary>
    internal static (Output<string> Gateway, Output<string>? Function) Add(
        ClusterContext context,
        WorkloadsArgs args,
        K8s.Core.V1.ServiceAccount account,
        params ReadOnlySpan<Resource> after)
    {
        var router = args.Router;
        var drain = DrainTimes.OfRouter(router.LongestDeadline);
        var sources = Output.Tuple(
            router.Journal.ToOutput(), args.Cache.ToOutput(), args.PredictionStore.ToOutput(), args.Artifacts.ToOutput());
        var pods = new HostPods
        {
            Name = ClusterNames.Router,
            Selector = ImmutableDictionary.CreateRange(new Dictionary<string, string> { ["app.kubernetes.io/name"] = ClusterNames.Router }),
            Image = router.Image,
            Environment = sources.Apply(locations => new RouterSettings
            {
                Urls = HostPorts.Urls,
                LogFormat = LogFormat.Json,
                DrainTimeout = drain.Finish,
                Plan = HostSources.Kubernetes(ClusterNames.Namespace, ClusterNames.Plan),
                Endpoints = HostSources.Dns(ClusterNames.Namespace),
                Clients = HostSources.File(MountPaths.Clients),
                Journal = locations.Item1,
                JournalSnapshot = MountPaths.JournalSnapshot,
                JournalBucket = locations.Item4,
                Oci = args.Oci,
                Cache = locations.Item2,
                Environment = context.Names.Environment,
                // The guards share the allowed rate of false alarms among this many routers. An update runs more than the autoscaler's
                // maximum.
                RoutersMax = router.Size.Max + Surge.Extra(router.Size.Max),
                AdminUrls = HostPorts.AdminUrls,
                GrpcUrls = HostPorts.GrpcUrls,
                SplitUrls = router.SplitKey is null ? null : HostPorts.SplitUrls,
                SplitSources = router.SplitKey is null ? null : router.FunctionCidr,
                MaxRequestBytes = args.MaxRequestBytes,
                AccessLog = new AccessLogSettings { Sample = args.AccessLogSample },
                OtlpEndpoint = args.OtlpEndpoint,
                Predictions = router.Predictions is { } log ? log with { Store = locations.Item3, HashKey = null } : null,
            }.ToEnvironment()),
            MorePorts =
            [
                (HostPorts.AdminName, HostPorts.Admin),
                (HostPorts.GrpcName, HostPorts.Grpc),
                .. router.SplitKey is null ? ((string, int)[])[] : [(HostPorts.SplitName, HostPorts.Split)],
            ],
            SplitKey = router.SplitKey,
            // Clients do not reach this port, so metrics need no credential there.
            ScrapedPort = args.AreScraped ? HostPorts.Admin : null,
            Size = router.Size,
            Drain = drain,
            Account = account,
            Folder = PodFolder.OfSecret(ClusterNames.Clients, MountPaths.ClientsFolder),
            Spool = PodSpool.For(router.Predictions, args),
        };

        var grpc = HeadlessService.Add(context, ClusterNames.RouterGrpc, pods, HostPorts.GrpcName, HostPorts.Grpc);
        var deployment = pods.AddDeployment(context, [.. after, AllowWatchingPlan(context, account), grpc]);
        pods.AddAutoscaler(context, deployment);
        pods.AddDisruptionBudget(context, deployment);
        (string, int)[] ports =
        [
            (HostPorts.HttpName, HostPorts.LoadBalancer),
            .. router.IsAdminBalanced ? ((string, int)[])[(HostPorts.AdminName, HostPorts.LoadBalancerAdmin)] : [],
        ];
        return (
            InternalBalancer.Add(context, router, pods, ports, deployment),
            router.SplitKey is null ? null : InternalBalancer.AddForFunction(context, router, pods, deployment));
    }

    private static K8s.Rbac.V1.RoleBinding AllowWatchingPlan(ClusterContext context, K8s.Core.V1.ServiceAccount account)
    {
        var role = new K8s.Rbac.V1.Role(ClusterNames.Plan, new RoleArgs
        {
            Metadata = context.Metadata(ClusterNames.Plan),
            Rules =
            [
                new PolicyRuleArgs
                {
                    ApiGroups = [""],
                    Resources = ["configmaps"],
                    ResourceNames = [ClusterNames.Plan],
                    Verbs = ["get", "list", "watch"],
                },
            ],
        }, context.Options(account));
        return new K8s.Rbac.V1.RoleBinding(ClusterNames.Plan, new RoleBindingArgs
        {
            Metadata = context.Metadata(ClusterNames.Plan),
            RoleRef = new RoleRefArgs { ApiGroup = "rbac.authorization.k8s.io", Kind = "Role", Name = ClusterNames.Plan },
            Subjects = [new SubjectArgs { Kind = "ServiceAccount", Name = ClusterNames.Router, Namespace = ClusterNames.Namespace }],
        }, context.Options(role));
    }
}
