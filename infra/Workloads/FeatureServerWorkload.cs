using System.Collections.Immutable;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;
using Pulumi;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>
/// The feature server: a StatefulSet of one pod, because one process writes the event log of an environment. A new pod gets the volume of
/// the old one and goes on where it ended. While it is replaced, events are refused, and their senders send them again; predictions read
/// the cache and go on.
/// </summary>
internal static class FeatureServerWorkload
{
    /// <summary>Creates it and returns the address of its load balancer.</summary>
    internal static Output<string> Add(
        ClusterContext context,
        FeatureServerArgs server,
        WorkloadsArgs args,
        K8s.Core.V1.ServiceAccount account,
        params ReadOnlySpan<Resource> after)
    {
        var drain = DrainTimes.OfFeatureServer;
        var sources = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput());
        var labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = ClusterNames.FeatureServer };
        var pods = new HostPods
        {
            Name = ClusterNames.FeatureServer,
            Selector = ImmutableDictionary.CreateRange(labels),
            Image = server.Image,
            Environment = sources.Apply(locations => new FeatureServerSettings
            {
                Urls = HostPorts.Urls,
                LogFormat = LogFormat.Json,
                DrainTimeout = drain.Finish,
                Registry = locations.Item1,
                Oci = args.Oci,
                Cache = locations.Item2,
                Log = server.Log,
                Views = server.Views,
                Environment = context.Names.Environment,
                Clients = HostSources.File(MountPaths.Clients),
                AccessLog = new AccessLogSettings { Sample = args.AccessLogSample },
                OtlpEndpoint = args.OtlpEndpoint,
                MetricsUrls = args.AreScraped ? HostPorts.AdminUrls : null,
            }.ToEnvironment()),
            MorePorts = args.AreScraped ? [(HostPorts.MetricsName, HostPorts.Admin)] : [],
            ScrapedPort = args.AreScraped ? HostPorts.Admin : null,
            // It has no autoscaler: there is always one pod.
            Size = new PodSize { Min = 1, Max = 1, Cpu = server.Cpu, Memory = server.Memory, CpuTarget = 100 },
            Drain = drain,
            Account = account,
            Folder = PodFolder.OfSecret(ClusterNames.Clients, MountPaths.ClientsFolder),
            Volume = new PodVolume("events", MountPaths.EventsVolume, server.VolumeGbs),
        };

        var service = HeadlessService.Add(context, ClusterNames.FeatureServerPods, pods);
        var set = pods.AddStatefulSet(context, service, after);
        return InternalBalancer.Add(context, args.Router, pods, [(HostPorts.HttpName, HostPorts.LoadBalancer)], set);
    }
}
