using System.Collections.Immutable;
using ModelServing.Contracts;
using Pulumi;
using Pulumi.Kubernetes.Types.Inputs.Core.V1;
using K8s = Pulumi.Kubernetes;

namespace ModelServing.Infra.Workloads;

/// <summary>One version of one model: its Deployment, headless Service, autoscaler and disruption budget, all with the same name.</summary>
internal static class VersionWorkload
{
    /// <summary>Creates them and returns those that the plan must wait for.</summary>
    internal static Resource[] Add(
        ClusterContext context,
        VersionArgs version,
        WorkloadsArgs args,
        K8s.Core.V1.ServiceAccount account,
        params ReadOnlySpan<Resource> after)
    {
        var drain = DrainTimes.OfInference(version.Deadline);
        var sources = Output.Tuple(args.Artifacts.ToOutput(), args.Cache.ToOutput(), args.PredictionStore.ToOutput());
        var pods = new HostPods
        {
            Name = ClusterNames.Version(version.Model, version.Version),
            Selector = ImmutableDictionary.CreateRange(new Dictionary<string, string>
            {
                ["app.kubernetes.io/name"] = ClusterNames.Inference,
                [ClusterNames.ModelLabel] = version.Model.Text,
                [ClusterNames.VersionLabel] = version.Version.ToString(),
            }),
            Image = version.Image,
            Environment = sources.Apply(locations => new InferenceSettings
            {
                Urls = HostPorts.Urls,
                LogFormat = LogFormat.Json,
                DrainTimeout = drain.Finish,
                Model = version.Model,
                Version = version.Version,
                Registry = locations.Item1,
                Cache = locations.Item2,
                Environment = context.Names.Environment,
                Oci = HostPods.Oci(args.Region),
                MaxRequestBytes = args.MaxRequestBytes,
                Predictions = version.Predictions is { } log ? log with { Store = locations.Item3, HashKey = null } : null,
            }.ToEnvironment()),
            Size = version.Size,
            Drain = drain,
            Account = account,
            Spool = PodSpool.For(version.Predictions, args),
        };

        // The Service is created first and so deleted last: its name resolves as long as a terminating pod answers. Pulumi would wait for
        // the Service to have pods, which in turn wait for it, hence the annotation.
        var service = new K8s.Core.V1.Service(pods.Name, new ServiceArgs
        {
            Metadata = context.Metadata(pods.Name, pods.Labels, new InputMap<string> { ["pulumi.com/skipAwait"] = "true" }),
            Spec = new ServiceSpecArgs
            {
                ClusterIP = "None",
                Selector = pods.Labels,
                Ports =
                [
                    new ServicePortArgs
                    {
                        Name = HostPorts.HttpName,
                        Port = HostPorts.Http,
                        TargetPort = HostPorts.HttpName,
                        Protocol = "TCP",
                    },
                ],
            },
        }, context.Options(account));
        var deployment = pods.AddDeployment(context, [service, .. after]);
        var autoscaler = pods.AddAutoscaler(context, deployment);
        pods.AddDisruptionBudget(context, deployment);
        return [deployment, autoscaler];
    }
}
